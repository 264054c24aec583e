// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {DeliveryDisputes} from "../../../contracts/disputes/delivery/DeliveryDisputes.sol";
import {EquivocationDisputes} from "../../../contracts/disputes/equivocation/EquivocationDisputes.sol";
import {IAccountingV2} from "../../../contracts/escrow/IAccountingV2.sol";
import {IDeliveryDisputes} from "../../../contracts/disputes/delivery/IDeliveryDisputes.sol";
import {IStakeRegistry} from "../../../contracts/stake/IStakeRegistry.sol";
import {TestToken} from "../../../contracts/token/TestToken.sol";
import {Market} from "./Market.sol";
import {Tree} from "./Tree.sol";
import {vm} from "./Vm.sol";

/// A market whose judges are the delivery disputes, equivocation, and `JUDGE`; and answers with bytes behind them.
abstract contract DeliveryMarket is Market {
    uint256 internal constant FLAT_BOND = 0.001 ether;
    uint256 internal constant BASE_FEE = 10 gwei;
    uint256 internal constant STAKE = 1_000e6;
    uint96 internal constant COST = 3e6;
    /// Of an answer that costs `COST`: five times as much.
    uint256 internal constant PENALTY = 15e6;
    uint256 internal constant OPENED = ENROLLED + 1 hours;
    uint256 internal constant REVEAL_BY = OPENED + 12 hours;
    /// Of an answer of one token: twice the gas for nothing and for eight bytes.
    uint256 internal constant BOND = 2 * (200_000 + 50 * 8) * BASE_FEE + FLAT_BOND;

    DeliveryDisputes internal delivery;

    function deployDeliveryMarket() internal {
        deployMarket();
        deployOn(address(token));
    }

    /// The same on another token.
    function deployOn(address token_) internal {
        token = TestToken(token_);
        vm.fee(BASE_FEE);
        registry = deployRegistry(address(token), MINIMUM_EXECUTOR, UNBONDING);
        accounting = deployAccounting(address(token), address(registry), UNLOCK_DELAY);
        disputes = EquivocationDisputes(
            deploy("EquivocationDisputes.sol:EquivocationDisputes", abi.encode(accounting))
        );
        delivery = deployDelivery(address(accounting), FLAT_BOND);
        IStakeRegistry.Judge[] memory judges = new IStakeRegistry.Judge[](3);
        judges[0] = IStakeRegistry.Judge(address(disputes), IStakeRegistry.Power.StakeAndTails);
        judges[1] = IStakeRegistry.Judge(address(delivery), IStakeRegistry.Power.StakeAndTails);
        judges[2] = IStakeRegistry.Judge(JUDGE, IStakeRegistry.Power.StakeAndTails);
        vm.etch(JUDGE, hex"00");
        registry.wire(judges);
    }

    function deployDelivery(address accounting_, uint256 flatBond) internal returns (DeliveryDisputes) {
        bytes memory arguments = abi.encode(accounting_, flatBond);
        return DeliveryDisputes(deploy("DeliveryDisputes.sol:DeliveryDisputes", arguments));
    }

    /* ANSWERS */

    /// Other bytes in every chunk.
    function answerOf(uint256 length) internal pure returns (bytes memory answer) {
        answer = new bytes(length);
        for (uint256 i = 0; i < length; ++i) answer[i] = bytes1(uint8(i + (i >> 12)));
    }

    /// The first answer of the lane, with these bytes behind it.
    function pairAbout(bytes memory answer) internal view returns (IAccountingV2.SignedPair memory pair) {
        pair = pairOf(1, 0, COST);
        pair.response.deliveryHash = Tree.rootOf(answer);
        sign(pair);
    }

    /// A request of the lane after `pair`, signed by the key.
    function laterThan(
        IAccountingV2.SignedPair memory pair,
        uint256 key
    )
        internal
        view
        returns (IAccountingV2.LlmRequestCommitment memory later, IAccountingV2.CompactSignature memory signature)
    {
        later = pairOf(pair.request.nonce + 1, pair.response.cumulativeCost, COST).request;
        later.prevResponseHash = idOf(pair);
        signature = compact(key, accounting.hashRequest(later));
    }

    function ackOf(
        IAccountingV2.SignedPair memory pair,
        uint256 key
    ) internal view returns (IAccountingV2.CompactSignature memory) {
        bytes32 typeHash = keccak256("ResponseAck(bytes32 requestHash,bytes32 responseHash)");
        return compact(key, digestOf(keccak256(abi.encode(typeHash, pair.response.requestHash, idOf(pair)))));
    }

    /* MOVES */

    /// The base fee from now on, which every transaction pays, and no tip.
    function atFee(uint256 fee) internal {
        vm.fee(fee);
        vm.txGasPrice(fee);
    }

    /// Reveals by a transaction of its own, which the bond pays for.
    function revealAs(address sender, IAccountingV2.SignedPair memory pair, bytes memory answer) internal {
        vm.prank(sender, sender);
        delivery.reveal(pair.response, answer);
    }

    function openAs(address sender, IAccountingV2.SignedPair memory pair, uint256 value) internal returns (bytes32) {
        vm.deal(sender, sender.balance + value);
        vm.prank(sender);
        return delivery.open{value: value}(pair);
    }

    /// Settles the pair and opens a dispute about it, an hour after everybody enrolled.
    function settleAndOpen(IAccountingV2.SignedPair memory pair) internal returns (bytes32) {
        settleOne(pair);
        vm.warp(OPENED);
        return openAs(client, pair, delivery.bondFor(pair.response.outboundTokens));
    }

    /// Settles, lets the tail mature and be withdrawn, and opens.
    function openMatured(
        IAccountingV2.SignedPair memory pair
    ) internal returns (IAccountingV2.SignedPair memory, bytes32 id) {
        settleOne(pair);
        vm.warp(ENROLLED + 48 hours);
        vm.prank(executor);
        accounting.withdrawEarnings(executor);
        return (pair, openAs(client, pair, BOND));
    }

    /// What `JUDGE` may send to take so much stake of the executor for nobody.
    function slashOf(bytes32 id, uint256 amount) internal view returns (IStakeRegistry.Slash memory order) {
        order.id = id;
        order.member = executor;
        order.penalty = amount;
    }

    /* STATE */

    function idOf(IAccountingV2.SignedPair memory pair) internal view returns (bytes32) {
        return accounting.hashResponse(pair.response);
    }

    function disputeOf(bytes32 id) internal view returns (IDeliveryDisputes.Delivery memory found) {
        // More values than a stack can reach; together they are the struct.
        (, bytes memory values) = address(delivery).staticcall(abi.encodeCall(delivery.deliveries, (id)));
        found = abi.decode(values, (IDeliveryDisputes.Delivery));
    }

    function heldOf(IAccountingV2.SignedPair memory pair) internal view returns (uint256 amount) {
        (, amount, , , ) = accounting.tailHold(pair.request.client, pair.request.executor, 7, pair.request.nonce);
    }

    function frozenOf(bytes32 id) internal view returns (uint256 amount) {
        (, amount) = registry.reasons(address(delivery), id);
    }

    function strikesOf(address member) internal view returns (uint256) {
        return registry.strikesOf(member, IStakeRegistry.Offence.Undelivered, 30 days);
    }

    function disputesLostBy(address account) internal view returns (uint256) {
        (, , , uint64 asExecutor) = accounting.executorStats(account);
        (, , , uint64 asClient) = accounting.clientStats(account);
        return uint256(asExecutor) + asClient;
    }

    /// Over, in this state, and nothing of it is held anywhere.
    function assertEnded(IAccountingV2.SignedPair memory pair, IDeliveryDisputes.State state) internal view {
        bytes32 id = idOf(pair);
        assertEq(uint256(disputeOf(id).state), uint256(state), "state");
        assertEq(disputeOf(id).bond, 0, "bond");
        assertEq(heldOf(pair), 0, "held tail");
        assertEq(frozenOf(id), 0, "frozen stake");
    }
}

/// A test on such a market: an executor with stake, and a client with a channel.
abstract contract DeliveryTest is DeliveryMarket {
    function setUp() public virtual {
        deployDeliveryMarket();
        atFee(BASE_FEE);
        enrol(STAKE);
        openChannel(500e6);
    }
}

/// What delivery disputes and the contracts around them say, to be expected.
abstract contract DeliveryEvents {
    event DeliveryOpened(
        bytes32 indexed id,
        address indexed client,
        address indexed executor,
        bytes32 requestHash,
        bytes32 deliveryHash,
        uint64 lane,
        uint32 nonce,
        address opener,
        uint256 paid,
        uint256 held,
        uint256 penalty,
        uint256 bond,
        uint256 revealBy
    );
    event AnswerRevealed(bytes32 indexed id, uint256 index, uint256 chunkCount, bytes data);
    event DeliveryClosed(
        bytes32 indexed id,
        address indexed client,
        address indexed executor,
        IDeliveryDisputes.State state,
        address by,
        uint256 released,
        uint256 refunded,
        uint256 repaid,
        uint256 slashed
    );
    event BondCredited(address indexed account, bytes32 indexed id, uint256 amount);
    event BondsWithdrawn(address indexed account, address indexed to, uint256 amount);
}
