// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "../../../contracts/interfaces/IAccountingV2.sol";
import {IDeliveryDisputes} from "../../../contracts/interfaces/IDeliveryDisputes.sol";
import {IDisputeManager} from "../../../contracts/interfaces/IDisputeManager.sol";
import {DeliveryMarket} from "../support/DeliveryMarket.sol";
import {Tree} from "../support/Tree.sol";
import {vm} from "../support/Vm.sol";

/// An executor is paid for answers that it never delivers, as tails of honest clients that dispute at once. With a client of
/// its own, the accomplice, it takes these tails out of the escrow before anybody can dispute, in one block.
contract SiphonedTailsTest is DeliveryMarket {
    uint256 private constant ACCOMPLICE_KEY = 0xACC0;
    uint256 private constant LANES = 10;
    uint96 private constant EACH = 100e6; // Ten undelivered answers, together as much as the stake of 1 000.

    address private accomplice;
    bytes private constant BYTES = "any bytes";
    uint256 private blocks = 1000;

    function setUp() public {
        deployDeliveryMarket();
        enrol(STAKE);
        accomplice = vm.addr(ACCOMPLICE_KEY);
        vm.roll(blocks);
        vm.fee(BASE_FEE);
    }

    /// No jail, no slash, no strike: the accomplice disputes an old answer of its own, and the executor shows it.
    function test_ADisputeWithOneselfFreesTheTailsOfOthers() public {
        IAccountingV2.SignedPair memory own = maturedTailOfAccomplice();
        IAccountingV2.SignedPair[] memory undelivered = settleUndelivered();
        assertEq(
            accounting.withdrawableEarnings(executor),
            0,
            "nothing is withdrawable: all is tails of one minute ago"
        );
        assertEq(accounting.unmaturedTail(executor), LANES * EACH, "all of it can be disputed");

        openAs(accomplice, own, BOND);
        delivery.reveal(own.response, BYTES);
        assertEq(accounting.unmaturedTail(executor), 0, "the honest clients' tails are gone");
        assertEq(accounting.withdrawableEarnings(executor), LANES * EACH, "and withdrawable within the same block");
        vm.prank(executor);
        accounting.withdrawEarnings(executor);
        assertEq(strikesOf(executor), 0, "no strike");
        assertEq(registry.slashableStake(executor), STAKE, "no slash");
        assertEq(delivery.bondsOf(executor), BOND, "the bond stays in the family");

        // The honest clients dispute in the very next second. The stake is worth the tails by the promise of the ramp.
        for (uint256 i = 0; i < LANES; ++i) openAs(client, undelivered[i], BOND);
        vm.warp(ENROLLED + 48 hours + 13 hours);
        for (uint256 i = 0; i < LANES; ++i) delivery.poke(idOf(undelivered[i]));
        uint256 got = accounting.balanceOf(client) + rewardsOf(client);
        assertTrue(got < LANES * EACH, "the honest clients did not get back what they paid");
        emit Result("honest clients paid", LANES * EACH);
        emit Result("honest clients got back, shares of slashes included", got);
    }

    event Result(string what, uint256 amount);

    /// The same with what is left to lose: the stake is slashed with proofs against oneself before the disputes end.
    function test_TheExecutorLeavesWithAProfitAndTheClientsWithNothing() public {
        uint256 before = STAKE; // What executor and accomplice own, besides the capital that goes round.
        IAccountingV2.SignedPair memory own = maturedTailOfAccomplice();
        IAccountingV2.SignedPair[] memory undelivered = settleUndelivered();
        openAs(accomplice, own, BOND);
        delivery.reveal(own.response, BYTES);
        for (uint256 i = 0; i < LANES; ++i) openAs(client, undelivered[i], BOND);
        for (uint256 i = 0; i < 8; ++i) equivocate(uint32(1_000 + i), 0);
        vm.warp(ENROLLED + 48 hours + 13 hours);
        for (uint256 i = 0; i < LANES; ++i) delivery.poke(idOf(undelivered[i]));
        assertEq(
            accounting.balanceOf(client) + rewardsOf(client),
            0,
            "ten honest clients disputed in time, and got nothing"
        );
        uint256 left = accounting.withdrawableEarnings(executor) + rewardsOf(accomplice) + rewardsOf(executor);
        left += registry.slashableStake(executor);
        assertEq(left, before + LANES * EACH - (STAKE * 40) / 100, "the thief won 1 000 and lost 400");
    }

    /// Without any dispute and without a signature of anybody: the executor proves an equivocation that it invents, about the
    /// newest nonce of a lane in which all is acknowledged, and names an `ackedCost` of zero.
    function test_AnInventedEquivocationRefundsAcknowledgedMoneyOutOfOthersTails() public {
        fundAccomplice(LANES * EACH);
        IAccountingV2.SignedPair memory acknowledged = accomplicePair(1, LANES * EACH, 0);
        settleOne(acknowledged);
        vm.prank(executor);
        accounting.withdrawEarnings(executor);
        settleUndelivered();
        assertEq(accounting.unmaturedTail(executor), LANES * EACH, "tails of honest clients");
        equivocate(1, 0);
        assertEq(accounting.unmaturedTail(executor), 0, "gone");
        assertEq(accounting.balanceOf(accomplice), LANES * EACH, "to the accomplice, as free deposit, at once");
    }

    /// No waiting either: with two signed requests of one nonce acknowledged money passes for a tail. And since nothing is
    /// unmatured afterwards, the stake covers the same amount again, in the same block, as often as there are clients.
    function test_TheStakeCoversTheNextTailsInTheSameBlock() public {
        uint256 stolen = 0;
        for (uint64 round = 0; round < 3; ++round) {
            fundAccomplice(LANES * EACH);
            IAccountingV2.SignedPair memory settled = laneOf(accomplicePair(1, LANES * EACH, 0), round);
            IAccountingV2.SignedPair memory other = laneOf(accomplicePair(1, 0, LANES * EACH), round);
            settleOne(settled); // Acknowledged: capital that is withdrawable at once.
            settleUndelivered(1_000 * round);
            openAs(accomplice, other, BOND);
            delivery.reveal(other.response, BYTES);
            vm.prank(executor);
            stolen += accounting.withdrawEarnings(executor) - LANES * EACH;
        }
        assertEq(stolen, 3 * STAKE, "three times the stake, of undelivered answers, in one block");
        assertEq(registry.slashableStake(executor), STAKE, "with the stake untouched");
    }

    function laneOf(
        IAccountingV2.SignedPair memory pair,
        uint64 lane
    ) private view returns (IAccountingV2.SignedPair memory) {
        pair.request.lane = lane;
        sign(pair, ACCOMPLICE_KEY, EXECUTOR_KEY);
        return pair;
    }

    /* PARTS */

    function equivocate(uint32 nonce, uint96 acked) private {
        IDisputeManager.ResponseProof memory proof;
        IAccountingV2.SignedPair memory pair = accomplicePair(nonce, acked, 10_000e6);
        proof.request = pair.request;
        (proof.first, proof.second) = (pair.response, accomplicePair(nonce, acked, 10_000e6).response);
        proof.second.contentHash = keccak256("another");
        bytes32 requestHash = accounting.hashRequest(proof.request);
        (proof.first.requestHash, proof.second.requestHash) = (requestHash, requestHash);
        proof.firstSignature = compact(EXECUTOR_KEY, accounting.hashResponse(proof.first));
        proof.secondSignature = compact(EXECUTOR_KEY, accounting.hashResponse(proof.second));
        bytes32 first = accounting.hashResponse(proof.first);
        bytes32 second = accounting.hashResponse(proof.second);
        disputes.commitReport(disputes.reportCommitment(accomplice, "salt", first, second));
        vm.roll(++blocks);
        vm.prank(accomplice);
        disputes.proveEquivocation(proof, "salt");
    }

    function accomplicePair(
        uint32 nonce,
        uint256 acked,
        uint256 cost
    ) private view returns (IAccountingV2.SignedPair memory pair) {
        pair = pairOf(nonce, uint96(acked), uint96(cost));
        pair.request.client = accomplice;
        pair.request.deadline = uint40(ENROLLED + 30 days);
        pair.response.deliveryHash = Tree.rootOf(BYTES);
        sign(pair, ACCOMPLICE_KEY, EXECUTOR_KEY);
    }

    function fundAccomplice(uint256 amount) private {
        depositAs(accomplice, amount);
        vm.prank(accomplice);
        accounting.allocate(executor, amount);
    }

    /// Capital that goes round: two days later the executor has all of it again.
    function maturedTailOfAccomplice() private returns (IAccountingV2.SignedPair memory own) {
        fundAccomplice(LANES * EACH);
        own = accomplicePair(1, 0, LANES * EACH);
        settleOne(own);
        vm.warp(ENROLLED + 48 hours);
        vm.prank(executor);
        accounting.withdrawEarnings(accomplice);
    }

    function settleUndelivered() private returns (IAccountingV2.SignedPair[] memory pairs) {
        return settleUndelivered(100);
    }

    function settleUndelivered(uint64 firstLane) private returns (IAccountingV2.SignedPair[] memory pairs) {
        openChannel(LANES * EACH);
        pairs = new IAccountingV2.SignedPair[](LANES);
        for (uint64 i = 0; i < LANES; ++i) {
            pairs[i] = pairOf(1, 0, EACH);
            pairs[i].request.lane = firstLane + i;
            pairs[i].request.deadline = uint40(ENROLLED + 48 hours + 1 hours);
            sign(pairs[i]);
            settleOne(pairs[i]);
        }
    }
}
