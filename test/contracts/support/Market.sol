// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccountingV2} from "../../../contracts/escrow/AccountingV2.sol";
import {EquivocationDisputes} from "../../../contracts/disputes/equivocation/EquivocationDisputes.sol";
import {StakeRegistry} from "../../../contracts/stake/StakeRegistry.sol";
import {TestToken} from "../../../contracts/token/TestToken.sol";
import {IAccountingV2} from "../../../contracts/escrow/IAccountingV2.sol";
import {IStakeRegistry} from "../../../contracts/stake/IStakeRegistry.sol";
import {TestBase, vm} from "./Vm.sol";

/// The deployment with one client and one executor, and ways to sign for anyone.
/// The compiler takes the block's time for constant within a call: after a warp, tests count from `START` and not from
/// `block.timestamp` again.
abstract contract Market is TestBase {
    uint256 internal constant CLIENT_KEY = 0xC11E;
    uint256 internal constant EXECUTOR_KEY = 0xE8EC;
    uint256 internal constant SIGNER_KEY = 0x51611;
    uint256 internal constant STRANGER_KEY = 0x574A;

    uint256 internal constant UNLOCK_DELAY = 24 hours;
    uint256 internal constant UNBONDING = 14 days;
    uint256 internal constant MINIMUM_EXECUTOR = 100e6;
    uint256 internal constant MINIMUM_VALIDATOR = 500e6;
    /// A day's first second, so that epochs are easy to count.
    uint256 internal constant START = 20_000 days;
    /// Stands for any dispute contract that is wired with all powers, and for one that may not touch tails.
    address internal constant JUDGE = address(0x1D6E);
    address internal constant JURY = address(0x1542);
    address internal constant TREASURY = address(0x7EA5);
    /// When `enrol` is done.
    uint256 internal constant ENROLLED = START + 7 days;

    TestToken internal token;
    StakeRegistry internal registry;
    AccountingV2 internal accounting;
    EquivocationDisputes internal disputes;
    address internal client;
    address internal executor;
    address internal sessionSigner;
    address internal stranger;

    function deployMarket() internal {
        vm.warp(START);
        (client, executor) = (vm.addr(CLIENT_KEY), vm.addr(EXECUTOR_KEY));
        (sessionSigner, stranger) = (vm.addr(SIGNER_KEY), vm.addr(STRANGER_KEY));
        token = deployToken();
        registry = deployRegistry(address(token), MINIMUM_EXECUTOR, UNBONDING);
        accounting = deployAccounting(address(token), address(registry), UNLOCK_DELAY);
        disputes = EquivocationDisputes(
            deploy("EquivocationDisputes.sol:EquivocationDisputes", abi.encode(accounting))
        );
        registry.wire(allJudges());
    }

    function allJudges() internal returns (IStakeRegistry.Judge[] memory judges) {
        vm.etch(JUDGE, hex"00");
        vm.etch(JURY, hex"00");
        judges = new IStakeRegistry.Judge[](3);
        judges[0] = IStakeRegistry.Judge(address(disputes), IStakeRegistry.Power.StakeAndTails);
        judges[1] = IStakeRegistry.Judge(JUDGE, IStakeRegistry.Power.StakeAndTails);
        judges[2] = IStakeRegistry.Judge(JURY, IStakeRegistry.Power.Stake);
    }

    /* DEPLOYMENT: from artifacts, because `new` would compile each contract once more into every test */

    function deployToken() internal returns (TestToken) {
        return TestToken(deploy("TestToken.sol:TestToken", abi.encode(address(this))));
    }

    function deployRegistry(address token_, uint256 executorMin, uint256 period) internal returns (StakeRegistry) {
        bytes memory arguments = abi.encode(token_, TREASURY, executorMin, MINIMUM_VALIDATOR, period, address(this));
        return StakeRegistry(deploy("StakeRegistry.sol:StakeRegistry", arguments));
    }

    /// One that people can register with, and that nobody can slash.
    function openRegistry(address token_) internal returns (StakeRegistry opened) {
        opened = deployRegistry(token_, 1, UNBONDING);
        opened.wire(new IStakeRegistry.Judge[](0));
    }

    function deployAccounting(address token_, address registry_, uint256 unlockDelay) internal returns (AccountingV2) {
        return AccountingV2(deploy("AccountingV2.sol:AccountingV2", abi.encode(token_, registry_, unlockDelay)));
    }

    function deploy(string memory artifact, bytes memory arguments) internal returns (address deployed) {
        bytes memory code = bytes.concat(vm.getCode(artifact), arguments);
        assembly ("memory-safe") {
            deployed := create(0, add(code, 0x20), mload(code))
            // A failed constructor reverts the caller with its own error, as `new` does.
            if iszero(deployed) {
                returndatacopy(mload(0x40), 0, returndatasize())
                revert(mload(0x40), returndatasize())
            }
        }
    }

    /* MONEY */

    function give(address account, uint256 amount) internal {
        token.mint(account, amount);
        vm.startPrank(account);
        token.approve(address(accounting), type(uint256).max);
        token.approve(address(registry), type(uint256).max);
        vm.stopPrank();
    }

    function depositAs(address account, uint256 amount) internal {
        give(account, amount);
        vm.prank(account);
        accounting.deposit(amount);
    }

    function openChannel(uint256 amount) internal {
        depositAs(client, amount);
        vm.prank(client);
        accounting.allocate(executor, amount);
    }

    /// Registers the executor with so much stake; its first week, in which a tenth counts, passes.
    function enrol(uint256 amount) internal {
        give(executor, amount);
        vm.prank(executor);
        registry.registerAndStake(IStakeRegistry.Role.Executor, "peer", "", amount);
        vm.warp(ENROLLED);
    }

    /* SIGNING */

    function compact(uint256 key, bytes32 digest) internal pure returns (IAccountingV2.CompactSignature memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return IAccountingV2.CompactSignature(r, bytes32((uint256(v - 27) << 255) | uint256(s)));
    }

    function digestOf(bytes32 structHash) internal view returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", accounting.domainSeparator(), structHash));
    }

    /// Signs a pair whose request and response are filled in; names the request in the response first.
    function sign(IAccountingV2.SignedPair memory pair, uint256 clientKey, uint256 executorKey) internal view {
        bytes32 requestHash = accounting.hashRequest(pair.request);
        pair.response.requestHash = requestHash;
        pair.clientSignature = compact(clientKey, requestHash);
        pair.executorSignature = compact(executorKey, accounting.hashResponse(pair.response));
    }

    function sign(IAccountingV2.SignedPair memory pair) internal view {
        sign(pair, CLIENT_KEY, EXECUTOR_KEY);
    }

    function possession(
        address principal,
        uint256 signerKey,
        uint40 deadline
    ) internal view returns (IAccountingV2.CompactSignature memory) {
        bytes32 typeHash = keccak256(
            "SignerAuthorization(address principal,address signer,uint40 deadline,uint256 nonce)"
        );
        bytes32 structHash = keccak256(abi.encode(typeHash, principal, vm.addr(signerKey), deadline, uint256(0)));
        return compact(signerKey, digestOf(structHash));
    }

    /// Makes the session signer sign for `principal`.
    function authorize(address principal) internal {
        uint40 deadline = uint40(block.timestamp);
        IAccountingV2.CompactSignature memory proof = possession(principal, SIGNER_KEY, deadline);
        vm.prank(principal);
        accounting.authorizeSigner(sessionSigner, deadline, 0, proof);
    }

    /* PAIRS */

    /// An answer of exactly `cost` base units (one token at a million times the price) after `ackedCost`.
    function pairOf(
        uint32 nonce,
        uint96 ackedCost,
        uint96 cost
    ) internal view returns (IAccountingV2.SignedPair memory pair) {
        pair.request = IAccountingV2.LlmRequestCommitment({
            client: client,
            executor: executor,
            model: keccak256("tiny-llama"),
            promptHash: keccak256(abi.encode("prompt", nonce)),
            paramsHash: keccak256("temperature 0"),
            maxInboundTokens: 8192,
            maxOutboundTokens: 4096,
            inboundPrice: 0,
            outboundPrice: cost * 1e6,
            lane: 7,
            nonce: nonce,
            ackedCost: ackedCost,
            costCap: ackedCost + cost,
            prevResponseHash: bytes32(0),
            deadline: uint40(block.timestamp + 1 hours)
        });
        pair.response = IAccountingV2.LlmResponseCommitment({
            requestHash: bytes32(0),
            contentHash: keccak256(abi.encode("answer", nonce)),
            deliveryHash: keccak256("bytes"),
            traceRoot: bytes32(0),
            inboundTokens: 10,
            outboundTokens: 1,
            cumulativeCost: ackedCost + cost,
            cumulativeInbound: uint64(10) * nonce,
            cumulativeOutbound: nonce,
            timestamp: uint40(block.timestamp),
            finishReason: 1
        });
        sign(pair);
    }

    function settleOne(IAccountingV2.SignedPair memory pair) internal {
        accounting.processRequest(pair.request, pair.response, pair.clientSignature, pair.executorSignature);
    }

    function rejectedAs(IAccountingV2.Rejection reason) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IAccountingV2.AccountingPairRejected.selector, reason);
    }

    /// Both ways name the same reason: the view, and the transaction that reverts.
    function assertRejected(IAccountingV2.SignedPair memory pair, IAccountingV2.Rejection reason) internal {
        assertEq(uint256(accounting.checkPair(pair)), uint256(reason), "checkPair");
        vm.expectRevert(rejectedAs(reason));
        settleOne(pair);
    }

    /* STATE */

    /// Shares of slashes that the account could withdraw.
    function rewardsOf(address account) internal view returns (uint256) {
        (uint128 credited, uint128 withdrawn) = registry.rewards(account);
        return credited - withdrawn;
    }

    function laneCost() internal view returns (uint256 cost) {
        (cost, , , ) = accounting.lanes(client, executor, 7);
    }

    function channelBalance() internal view returns (uint256 balance) {
        (balance, , ) = accounting.channels(client, executor);
    }
}

/// A test on a deployment of its own.
abstract contract MarketTest is Market {
    function setUp() public virtual {
        deployMarket();
    }
}
