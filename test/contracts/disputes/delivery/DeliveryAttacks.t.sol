// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Errors} from "@openzeppelin/contracts/utils/Errors.sol";
import {IAccountingV2} from "../../../../contracts/escrow/IAccountingV2.sol";
import {IDeliveryDisputes} from "../../../../contracts/disputes/delivery/IDeliveryDisputes.sol";
import {DeliveryTest} from "../../support/DeliveryMarket.sol";
import {CallingToken, OpenToken, PausingToken} from "../../support/HostileTokens.sol";
import {Tree} from "../../support/Tree.sol";
import {vm} from "../../support/Vm.sol";

/// Asks for its bonds again while it gets them.
contract Greedy {
    receive() external payable {
        IDeliveryDisputes(msg.sender).withdrawBonds(address(this));
    }
}

/*
What somebody can try with a delivery dispute, by the numbers of docs/contracts-attacks.md; 6, 19, 20, 23 and 36 stand where the
function is that they attack.
executor: 17 settles and withholds, also on the last second; 33 leaves; 37 disputes itself; revokes its signer
client: 17 acknowledged before; 18 disputes everything, cancels under a reveal; uses a revoked signer; what it can do with
    nonces (38, 40) is in DeliveryNonces
outsiders: 28 re-enter by token or ether; 29 refuse ether, pause the token
*/
contract DeliveryAttacksTest is DeliveryTest {
    bytes private constant SHORT = "Rayleigh scattering.";

    /* THE EXECUTOR */

    /// Settling on the last second does not run the client out of time, and matures too late to dodge the hold.
    function test_Attack17_SettlingOnTheLastSecondDodgesNothing() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
        uint256 settledAt = pair.request.deadline + 24 hours;
        vm.warp(settledAt);
        settleOne(pair);
        vm.warp(settledAt + 24 hours);
        bytes32 id = openAs(client, pair, BOND);
        assertEq(heldOf(pair), COST, "a day later all of it is still there");
        vm.warp(settledAt + 36 hours + 1);
        delivery.poke(id);
        assertEq(accounting.balanceOf(client), COST, "refund");
        assertEq(registry.slashableStake(executor), STAKE - PENALTY, "slash");
    }

    function test_Attack17_AClientThatAcknowledgedLosesItsBond() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
        (IAccountingV2.LlmRequestCommitment memory later, IAccountingV2.CompactSignature memory signature) = laterThan(
            pair,
            CLIENT_KEY
        );
        settleAndOpen(pair);
        delivery.rebutByRequest(pair.response, later, signature);
        assertEnded(pair, IDeliveryDisputes.State.Rejected);
        assertEq(delivery.bondsOf(executor), BOND, "its bond");
    }

    /// Unbonded long ago, and the stake cannot leave before the dispute is over.
    function test_Attack33_StakeDoesNotLeaveDuringADispute() public {
        vm.prank(executor);
        registry.unbond(STAKE - MINIMUM_EXECUTOR);
        vm.warp(ENROLLED + UNBONDING - 1 hours);
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, 90e6);
        settleOne(pair);
        bytes32 id = openAs(client, pair, BOND);
        vm.warp(ENROLLED + UNBONDING);
        vm.prank(executor);
        registry.withdraw(executor);
        assertEq(registry.slashableStake(executor), 5 * 90e6, "the penalty stays");
        vm.warp(ENROLLED + UNBONDING + 12 hours);
        delivery.poke(id);
        assertEq(registry.slashableStake(executor), 0, "and is taken");
    }

    /// With a client of its own and a tail as large as its stake an executor gets 60 % of what it loses, at most: matured
    /// or not, whatever else is frozen.
    function testFuzz_Attack37_DisputingOneselfLosesStake(uint96 cost, bool matured) public {
        cost = uint96(bound(cost, 1, STAKE));
        openChannel(STAKE);
        vm.prank(JUDGE);
        registry.freeze("another dispute", executor, STAKE);
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, cost);
        settleOne(pair);
        if (matured) vm.warp(ENROLLED + 48 hours);
        uint256 before = wealth();
        bytes32 id = openAs(client, pair, BOND);
        vm.warp(ENROLLED + 60 hours + 1);
        vm.prank(executor);
        delivery.poke(id);
        uint256 taken = STAKE - registry.slashableStake(executor);
        assertTrue(taken != 0, "something is taken");
        assertTrue((before - wealth()) * 10 >= taken * 4, "40 percent are lost");
    }

    /// Nor is a concession a way for stake to leave: it costs nothing but what was paid.
    function test_Attack37_AConcessionTakesNothingOutOfStake() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
        settleOne(pair);
        vm.warp(ENROLLED + 48 hours);
        bytes32 id = openAs(client, pair, BOND);
        uint256 before = wealth();
        give(executor, COST);
        vm.startPrank(executor);
        token.approve(address(delivery), COST);
        delivery.concede(id);
        assertEq(wealth(), before + COST, "what was given moved from one pocket to the other");
        assertEq(registry.slashableStake(executor), STAKE, "stake");
    }

    /// A signer's response stays disputable for deadlines up to its thaw's end.
    function test_RevokingItsSignerDoesNotSaveTheExecutor() public {
        authorize(executor);
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
        sign(pair, CLIENT_KEY, SIGNER_KEY);
        settleOne(pair);
        vm.prank(executor);
        accounting.revokeSigner(sessionSigner);
        vm.warp(pair.request.deadline + 72 hours);
        openAs(client, pair, BOND);
    }

    /* THE CLIENT */

    /// The bond is what a reveal costs twice: execution, calldata at its floor (EIP-7623), and the transaction itself.
    function test_Attack18_TheBondPaysForTheReveal() public {
        assertBondCovers(SHORT, 5, 1);
        assertBondCovers(answerOf(4096), 1_024, 2);
        assertBondCovers(answerOf(32_768), 8_192, 3);
    }

    function assertBondCovers(bytes memory answer, uint32 tokens, uint64 lane) private {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
        pair.request.lane = lane;
        pair.request.outboundPrice = (COST * 1e6) / tokens;
        pair.request.maxOutboundTokens = tokens;
        pair.response.outboundTokens = tokens;
        pair.response.cumulativeCost = uint96((uint256(pair.request.outboundPrice) * tokens + 999_999) / 1e6);
        pair.response.deliveryHash = Tree.rootOf(answer);
        sign(pair);
        settleOne(pair);
        uint256 bond = delivery.bondFor(tokens);
        openAs(client, pair, bond);
        uint256 before = delivery.bondsOf(executor);
        uint256 gas = gasleft();
        revealAs(executor, pair, answer);
        (uint256 standard, uint256 floor) = (16 * (answer.length + 500) + gas - gasleft(), 40 * (answer.length + 500));
        gas = 21_000 + (standard > floor ? standard : floor);
        assertTrue(gas * BASE_FEE * 2 <= bond, "twice");
        assertTrue(delivery.bondsOf(executor) - before >= (21_000 + 40 * answer.length) * BASE_FEE, "no less");
    }

    function test_Attack18_ADisputeCannotBeRepeated() public {
        IAccountingV2.SignedPair memory pair = pairAbout(SHORT);
        settleAndOpen(pair);
        delivery.reveal(pair.response, SHORT);
        vm.expectPartialRevert(IDeliveryDisputes.DeliveryAlreadyDisputed.selector);
        openAs(client, pair, BOND);
    }

    /// Else the client could wait until most of a long answer is paid for, and cancel for a tenth.
    function test_Attack18_NobodyCancelsUnderAReveal() public {
        bytes memory answer = answerOf(2 * 4096);
        IAccountingV2.SignedPair memory pair = pairAbout(answer);
        bytes32 id = settleAndOpen(pair);
        IDeliveryDisputes.Chunk[] memory chunks = new IDeliveryDisputes.Chunk[](1);
        bytes32[] memory leaves = Tree.leavesOf(answer);
        chunks[0] = IDeliveryDisputes.Chunk(0, Tree.chunkAt(answer, 0), Tree.proofOf(leaves, 0));
        delivery.revealChunks(pair.response, 2, chunks);
        vm.expectRevert(abi.encodeWithSelector(IDeliveryDisputes.DeliveryRevealing.selector, id));
        vm.prank(client);
        delivery.cancel(id);
        // Half an answer is no answer.
        vm.warp(REVEAL_BY + 1);
        delivery.poke(id);
        assertEnded(pair, IDeliveryDisputes.State.Defaulted);
    }

    function test_ARevokedSignerOpensAndCancelsNothing() public {
        authorize(client);
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
        sign(pair, SIGNER_KEY, EXECUTOR_KEY);
        IAccountingV2.SignedPair memory another = pairOf(1, 0, COST);
        another.request.lane = 8;
        sign(another);
        settleOne(pair);
        settleOne(another);
        bytes32 id = openAs(sessionSigner, another, BOND);
        vm.prank(client);
        accounting.revokeSigner(sessionSigner);
        bytes memory refused = abi.encodeWithSelector(
            IDeliveryDisputes.DeliveryNotClient.selector,
            client,
            sessionSigner
        );
        vm.expectRevert(refused);
        openAs(sessionSigner, pair, BOND);
        vm.expectRevert(refused);
        vm.prank(sessionSigner);
        delivery.cancel(id);
        // What it signed for this deadline still counts, so the client itself goes on.
        openAs(client, pair, BOND);
        vm.prank(client);
        delivery.cancel(id);
        assertEq(delivery.bondsOf(sessionSigner), BOND, "whose bond it was");
    }

    /* OUTSIDERS */

    function test_Attack28_ATokenCannotReenter() public {
        CallingToken hostile = new CallingToken();
        vm.warp(START);
        deployOn(address(hostile));
        enrol(STAKE);
        openChannel(500e6);
        settleOne(pairOf(1, 0, COST));
        vm.warp(ENROLLED + 48 hours);
        IAccountingV2.SignedPair memory pair = pairOf(2, COST, COST);
        settleOne(pair);
        vm.warp(ENROLLED + 96 hours);
        bytes32 id = openAs(client, pair, BOND);
        give(executor, COST);
        hostile.arm(address(delivery), abi.encodeCall(IDeliveryDisputes.withdrawBonds, (stranger)));
        vm.startPrank(executor);
        token.approve(address(delivery), COST);
        vm.expectRevert(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        delivery.concede(id);
    }

    function test_Attack28_ARecipientOfEtherCannotReenter() public {
        bytes32 id = settleAndOpen(pairOf(1, 0, COST));
        vm.prank(client);
        delivery.cancel(id);
        vm.etch(client, type(Greedy).runtimeCode);
        vm.expectRevert(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        vm.prank(client);
        delivery.withdrawBonds(client);
    }

    /// Attack 29: nothing is sent when a dispute ends, so nobody stops it by refusing.
    function test_Attack29_WhoRefusesEtherStopsNothing() public {
        IAccountingV2.SignedPair memory pair = pairAbout(SHORT);
        settleAndOpen(pair);
        vm.etch(executor, hex"5f5ffd");
        revealAs(stranger, pair, SHORT);
        uint256 paid = delivery.bondsOf(executor);
        assertEnded(pair, IDeliveryDisputes.State.Delivered);
        vm.expectRevert(Errors.FailedCall.selector);
        vm.prank(executor);
        delivery.withdrawBonds(executor);
        vm.prank(executor);
        delivery.withdrawBonds(stranger);
        assertTrue(paid != 0, "there was something");
        assertEq(stranger.balance, paid, "another recipient works");
    }

    /// A token that moves nothing meanwhile stops neither a dispute nor its end. Only a concession of what was withdrawn already
    /// waits for it, as long as the dispute is open.
    function test_Attack29_APausedTokenStopsNoDeliveryDispute() public {
        PausingToken pausing = new PausingToken();
        vm.warp(START);
        deployOn(address(pausing));
        enrol(STAKE);
        openChannel(500e6);
        IAccountingV2.SignedPair memory matured = maturedPair();
        IAccountingV2.SignedPair memory fresh = pairOf(1, 0, COST);
        fresh.request.lane = 8;
        sign(fresh);
        settleOne(fresh);
        pausing.pause(true);
        // First, so that its tail is not held for the other.
        bytes32 lost = openAs(client, fresh, BOND);
        bytes32 conceded = openAs(client, matured, BOND);
        vm.expectRevert(PausingToken.Paused.selector);
        vm.prank(executor);
        delivery.concede(conceded);
        assertEq(uint256(disputeOf(conceded).state), uint256(IDeliveryDisputes.State.Open), "it stays open");
        pausing.pause(false);
        vm.prank(executor);
        delivery.concede(conceded);
        assertEnded(matured, IDeliveryDisputes.State.Conceded);
        pausing.pause(true);
        vm.warp(ENROLLED + 60 hours + 1);
        vm.prank(client);
        delivery.poke(lost);
        assertEq(uint256(disputeOf(lost).state), uint256(IDeliveryDisputes.State.Defaulted), "ended meanwhile");
        assertEq(registry.slashableStake(executor), STAKE - PENALTY, "slashed meanwhile");
        vm.expectRevert(PausingToken.Paused.selector);
        vm.prank(client);
        registry.withdrawRewards(client);
        pausing.pause(false);
        everybodyLeaves(pausing);
    }

    /* SUPPORT */

    /// Settled, matured and withdrawn; the executor has the money for a concession.
    function maturedPair() private returns (IAccountingV2.SignedPair memory pair) {
        pair = pairOf(1, 0, COST);
        settleOne(pair);
        vm.warp(ENROLLED + 48 hours);
        vm.startPrank(executor);
        accounting.withdrawEarnings(executor);
        token.approve(address(delivery), COST);
        vm.stopPrank();
    }

    /// To the last unit, in tokens and ether.
    function everybodyLeaves(OpenToken chosen) private {
        vm.startPrank(client);
        accounting.requestUnlock(executor, channelBalance());
        vm.warp(ENROLLED + 60 hours + UNBONDING);
        accounting.finalizeUnlock(executor);
        accounting.withdraw(client, accounting.balanceOf(client));
        registry.withdrawRewards(client);
        assertEq(delivery.withdrawBonds(client), 2 * BOND, "both bonds");
        vm.stopPrank();
        vm.startPrank(executor);
        registry.unbond(STAKE - PENALTY);
        vm.warp(ENROLLED + 61 hours + 2 * UNBONDING);
        registry.withdraw(executor);
        vm.stopPrank();
        vm.prank(TREASURY);
        registry.withdrawRewards(TREASURY);
        uint256 left = chosen.balanceOf(address(accounting)) + chosen.balanceOf(address(registry));
        assertEq(left + chosen.balanceOf(address(delivery)) + address(delivery).balance, 0, "nothing is stuck");
        assertEq(chosen.balanceOf(executor), STAKE - PENALTY, "executor: neither answer was paid");
    }

    /// All that client and executor own in the payment token, stake and frozen or not.
    function wealth() private view returns (uint256) {
        (uint128 settled, uint128 withdrawn, , , ) = accounting.earnings(executor);
        (, uint96 held, , , ) = accounting.tailHold(client, executor, 7, 1);
        uint256 client_ = accounting.balanceOf(client) + channelBalance() + token.balanceOf(client) + rewardsOf(client);
        uint256 executor_ = settled - withdrawn + held + token.balanceOf(executor) + rewardsOf(executor);
        return client_ + executor_ + registry.slashableStake(executor);
    }
}
