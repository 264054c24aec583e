// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Statements} from "../../../contracts/libraries/Statements.sol";
import {AccountingV2} from "../../../contracts/escrow/AccountingV2.sol";
import {IAccountingV2} from "../../../contracts/escrow/IAccountingV2.sol";
import {IEquivocationDisputes} from "../../../contracts/disputes/equivocation/IEquivocationDisputes.sol";
import {IStakeRegistry} from "../../../contracts/stake/IStakeRegistry.sol";
import {Commitments} from "../../../contracts/libraries/Commitments.sol";
import {DisputeTest} from "../support/DisputeTest.sol";
import {OpenToken, FeeToken} from "../support/HostileTokens.sol";
import {vm} from "../support/Vm.sol";

/*
What somebody can try with settlement, by the numbers of docs/contracts-attacks.md; the others stand where the function is
that they attack.
replay: 1 of a lane of one answer; 5, 13 at another contract; 6 as another type; 50 under another name or version
the client: 8 uses one nonce twice; 16 acknowledges too much; 25 is a wallet whose owner changes
the executor: 14 answers with another model; 55 forges the trace
outsiders: 84 put words into a batch that fit no member
those who judge: 49 want to stop payments
*/
contract SettleAttacksTest is DisputeTest {
    function setUp() public override {
        super.setUp();
        enrol(1_000e6);
        openChannel(50e6);
    }

    /* NUMBERS THAT DO NOT FIT */

    /// A pair with one bit above the width of any member is skipped like any other bad one, and the rest of the batch is paid.
    /// Nobody signs such a word, but anybody can put one into the calldata of a batch.
    function test_Attack84_AWordWiderThanItsMemberSpoilsNoBatch() public {
        uint8[26] memory widths = [
            160,
            160,
            0,
            0,
            0,
            32,
            32,
            96,
            96,
            64,
            32,
            96,
            96,
            0,
            40, // request
            0,
            0,
            0,
            0,
            32,
            32,
            96,
            64,
            64,
            40,
            8 // response
        ];
        IAccountingV2.SignedPair[] memory pairs = new IAccountingV2.SignedPair[](2);
        for (uint256 i = 0; i < widths.length; ++i) {
            if (widths[i] == 0) continue;
            IAccountingV2.Rejection reason =
                i < 15 ? IAccountingV2.Rejection.ClientSignature : IAccountingV2.Rejection.ExecutorSignature;
            for (uint256 bit = widths[i]; bit < 256; bit += 255 - widths[i]) {
                (pairs[0], pairs[1]) = (pairOf(1, 0, 3e6), pairOf(1, 0, 1e6));
                (pairs[0].request.lane, pairs[1].request.lane) = (8, uint64(100 + i * 256 + bit));
                sign(pairs[0]);
                sign(pairs[1]);
                assertSpoilsOnlyItself(pairs, i, bit, reason);
            }
        }
    }

    function assertSpoilsOnlyItself(
        IAccountingV2.SignedPair[] memory pairs,
        uint256 member,
        uint256 bit,
        IAccountingV2.Rejection reason
    ) private {
        bytes memory check = widened(abi.encodeCall(accounting.checkPair, (pairs[0])), 4, member, bit);
        (bool done, bytes memory answer) = address(accounting).call(check);
        assertTrue(done && abi.decode(answer, (uint256)) == uint256(reason), "checkPair says so");
        (done, ) = address(accounting).call(widened(abi.encodeCall(accounting.settle, (pairs)), 68, member, bit));
        assertTrue(done, "settled");
        (uint256 spoilt, , , ) = accounting.lanes(client, executor, 8);
        (uint256 paid, , , ) = accounting.lanes(client, executor, pairs[1].request.lane);
        assertEq(spoilt, 0, "skipped");
        assertEq(paid, 1e6, "paid");
    }

    /// Calldata with one more bit in a word of the pair that begins at `start`.
    function widened(
        bytes memory data,
        uint256 start,
        uint256 member,
        uint256 bit
    ) private pure returns (bytes memory) {
        assembly ("memory-safe") {
            let word := add(add(add(data, 0x20), start), mul(member, 0x20))
            mstore(word, or(mload(word), shl(bit, 1)))
        }
        return data;
    }

    /* REPLAY */

    function test_Attack01_AOneOffAnswerIsPaidOnce() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, 3e6);
        pair.request.lane = 0xFEED;
        sign(pair);
        settleOne(pair);
        for (uint256 i = 0; i < 3; ++i) {
            assertRejected(pair, IAccountingV2.Rejection.Nonce);
            vm.warp(ENROLLED + (i + 1) * 12 hours);
        }
        assertEq(channelBalance(), 47e6, "paid once");
    }

    /// Another contract is another domain, on the same token and on another one.
    function test_Attack05_AnotherContractIsAnotherDomain() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, 3e6);
        AccountingV2 here = accounting;
        accounting = deployAccounting(address(token), address(registry), UNLOCK_DELAY);
        openChannel(50e6);
        assertRejected(pair, IAccountingV2.Rejection.ClientSignature);
        OpenToken other = new FeeToken();
        accounting = deployAccounting(address(other), address(openRegistry(address(other))), UNLOCK_DELAY);
        assertRejected(pair, IAccountingV2.Rejection.ClientSignature);
        accounting = here;
        settleOne(pair);
    }

    /// What was signed as one type counts as none of the others, whoever signed it.
    function test_Attack06_ASignatureOfOneTypeIsNoneOfAnother() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, 3e6);
        // The client is its own executor: its request is no response, its response no request.
        pair.request.executor = client;
        sign(pair, CLIENT_KEY, CLIENT_KEY);
        (pair.clientSignature, pair.executorSignature) = (pair.executorSignature, pair.clientSignature);
        assertRejected(pair, IAccountingV2.Rejection.ClientSignature);
        pair.clientSignature = pair.executorSignature;
        assertRejected(pair, IAccountingV2.Rejection.ExecutorSignature);
        // Nor is the authorization of a signer an allocation.
        depositAs(client, 5e6);
        IAccountingV2.CompactSignature memory proof = possession(executor, CLIENT_KEY, uint40(ENROLLED));
        vm.expectPartialRevert(IAccountingV2.AccountingWrongSigner.selector);
        accounting.allocateBySig(client, executor, 5e6, 0, uint40(ENROLLED), proof);
        // Nor an offer out of a response.
        IEquivocationDisputes.OfferProof memory offers;
        (offers.first.executor, offers.second.executor) = (executor, executor);
        (offers.first.validUntil, offers.second.validUntil) = (uint40(ENROLLED), uint40(ENROLLED + 1));
        (offers.firstSignature, offers.secondSignature) = (pairOf(1, 0, 1).executorSignature, pair.executorSignature);
        vm.expectPartialRevert(Statements.StatementWrongSigner.selector);
        disputes.proveOfferEquivocation(offers, "salt");
    }

    /// The domain is this name, this version, this chain, this contract, and nothing else is.
    function test_Attack50_AnotherNameOrVersionIsAnotherDomain() public {
        assertEq(accounting.domainSeparator(), domainOf("Lloom", "2"), "domain");
        assertForeign(domainOf("Lloom", "1"));
        assertForeign(domainOf("Lloom", "3"));
        assertForeign(domainOf("Inference Accounting", "2"));
        assertForeign(bytes32(0));
    }

    /* THE CLIENT */

    /// One nonce in one lane to two executors: each has a channel of its own, and both are paid.
    function test_Attack08_OneNonceForTwoExecutorsPaysBoth() public {
        depositAs(client, 4e6);
        vm.prank(client);
        accounting.allocate(stranger, 4e6);
        IAccountingV2.SignedPair memory first = pairOf(2, 3e6, 2e6);
        IAccountingV2.SignedPair memory second = pairOf(2, 3e6, 2e6);
        second.request.executor = stranger;
        sign(second, CLIENT_KEY, STRANGER_KEY);
        settleOne(first);
        settleOne(second);
        assertEq(channelBalance(), 45e6, "the first's channel");
        (uint96 cost, , , uint32 nonce) = accounting.lanes(client, stranger, 7);
        assertEq(cost, 3e6, "the second has no stake: what was acknowledged");
        assertEq(nonce, 2, "its own nonce");
    }

    /// A client that acknowledges what its puppet never earned moves the money of their own channel, and no other.
    function testFuzz_Attack16_AFalseAcknowledgementMovesOnlyItsOwnChannel(uint96 acked, uint96 funds) public {
        funds = uint96(bound(funds, 1, 50e6));
        acked = uint96(bound(acked, 1, type(uint96).max));
        depositAs(client, funds);
        vm.prank(client);
        accounting.allocate(stranger, funds);
        IAccountingV2.SignedPair memory pair = pairOf(1, acked, 0);
        pair.request.executor = stranger;
        sign(pair, CLIENT_KEY, STRANGER_KEY);
        settleOne(pair);
        (uint128 settled, , , , ) = accounting.earnings(stranger);
        assertEq(settled, acked < funds ? acked : funds, "no more than their channel holds");
        assertEq(channelBalance(), 50e6, "the executor's channel");
        settleOne(pairOf(1, 0, 3e6));
        assertEq(laneCost(), 3e6, "the executor is paid");
    }

    /// A wallet with code lets an ordinary key sign: whoever owns the wallet later takes nothing of that back.
    function test_Attack25_AWalletsNewOwnerInvalidatesNothing() public {
        address wallet = address(0xC0DE);
        vm.etch(wallet, hex"60016000526020600020fd");
        depositAs(wallet, 10e6);
        vm.prank(wallet);
        accounting.allocate(executor, 10e6);
        authorize(wallet);
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, 3e6);
        pair.request.client = wallet;
        sign(pair, SIGNER_KEY, EXECUTOR_KEY);
        // Another owner, another code; and it revokes.
        vm.etch(wallet, hex"60206000fd");
        vm.prank(wallet);
        accounting.revokeSigner(sessionSigner);
        settleOne(pair);
        (uint96 balance, , ) = accounting.channels(wallet, executor);
        assertEq(balance, 7e6, "paid");
    }

    /* THE EXECUTOR */

    /// A response names no model: it answers the request, whose model and parameters the client signed.
    function test_Attack14_AnotherModelIsAnotherRequest() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, 3e6);
        pair.request.model = keccak256("a smaller model");
        assertRejected(pair, IAccountingV2.Rejection.ClientSignature);
        pair = pairOf(1, 0, 3e6);
        pair.request.paramsHash = keccak256("other weights");
        assertRejected(pair, IAccountingV2.Rejection.ClientSignature);
    }

    /// The trace is signed with the answer: another one breaks the signature, and signed again it is a second answer.
    function test_Attack55_TheTraceIsSignedWithTheAnswer() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, 3e6);
        pair.response.traceRoot = keccak256("a trace made up later");
        assertRejected(pair, IAccountingV2.Rejection.ExecutorSignature);
        IEquivocationDisputes.ResponseProof memory proof = proofOf(1, 0, 3e6);
        proof.second.contentHash = proof.first.contentHash;
        proof.second.traceRoot = keccak256("a trace made up later");
        signProof(proof, EXECUTOR_KEY);
        disputes.proveEquivocation(proof, "salt");
        assertEq(registry.slashableStake(executor), 500e6, "half the stake");
    }

    /* THOSE WHO JUDGE */

    /// I22: a judge that freezes, jails, strikes, slashes and holds all that it can, and a deployer that wires again: settlement,
    /// withdrawals, unlocking and evidence go on.
    function test_Attack49_NobodyCanStopPayments() public {
        settleOne(pairOf(1, 0, 3e6));
        doTheWorst();
        settleOne(pairOf(2, 9e6, 0));
        assertEq(accounting.withdrawableEarnings(executor), 6e6, "what was acknowledged since");
        vm.prank(executor);
        assertEq(accounting.withdrawEarnings(executor), 6e6, "earnings");
        vm.prank(executor);
        accounting.release(client, 1e6);
        vm.prank(client);
        accounting.requestUnlock(executor, 40e6);
        vm.warp(ENROLLED + UNLOCK_DELAY);
        vm.startPrank(client);
        accounting.finalizeUnlock(executor);
        accounting.withdraw(client, 41e6);
        vm.stopPrank();
        assertEq(token.balanceOf(client), 41e6, "deposit");
        IEquivocationDisputes.ResponseProof memory proof = proofOf(3, 0, 0);
        disputes.proveEquivocation(proof, "salt");
        bytes32 id = disputes.equivocationId(executor, proof.first.requestHash);
        assertTrue(registry.isSlashed(address(disputes), id), "evidence");
    }

    function doTheWorst() private {
        IAccountingV2.Tail memory tail;
        (tail.client, tail.executor, tail.lane, tail.nonce) = (client, executor, 7, 1);
        IStakeRegistry.Slash memory order;
        (order.id, order.member, order.penalty) = ("slash", executor, 900e6);
        vm.startPrank(JUDGE);
        accounting.holdTail(tail);
        registry.freeze("freeze", executor, type(uint256).max);
        registry.freeze("client too", client, type(uint256).max);
        registry.slash(order);
        registry.strike(executor, IStakeRegistry.Offence.WrongModel, 6, 30 days);
        registry.jail(executor);
        vm.stopPrank();
        vm.expectRevert(IStakeRegistry.StakeAlreadyWired.selector);
        registry.wire(new IStakeRegistry.Judge[](0));
    }

    /* SUPPORT */

    function domainOf(string memory name, string memory version) private view returns (bytes32) {
        bytes32 typeHash = keccak256(
            "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
        );
        bytes32 nameHash = keccak256(bytes(name));
        return keccak256(abi.encode(typeHash, nameHash, keccak256(bytes(version)), block.chainid, address(accounting)));
    }

    /// A pair signed by both for another domain does not settle.
    function assertForeign(bytes32 domain) private {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, 3e6);
        bytes32 structHash = keccak256(abi.encode(Commitments.REQUEST_TYPEHASH, pair.request));
        assertEq(digestOf(structHash), accounting.hashRequest(pair.request), "encoding");
        pair.clientSignature = compact(CLIENT_KEY, keccak256(abi.encodePacked(hex"1901", domain, structHash)));
        assertRejected(pair, IAccountingV2.Rejection.ClientSignature);
    }
}
