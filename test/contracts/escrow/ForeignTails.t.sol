// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "../../../contracts/escrow/IAccountingV2.sol";
import {IDeliveryDisputes} from "../../../contracts/disputes/delivery/IDeliveryDisputes.sol";
import {IEquivocationDisputes} from "../../../contracts/disputes/equivocation/IEquivocationDisputes.sol";
import {DeliveryMarket} from "../support/DeliveryMarket.sol";
import {Tree} from "../support/Tree.sol";
import {vm} from "../support/Vm.sol";

/// An executor is paid for answers that it never delivers, as tails of honest clients that dispute at once. With a client of
/// its own, the accomplice, it tries to have these tails before anybody can dispute: whatever it disputes with that client
/// reaches no money of the others.
contract ForeignTailsTest is DeliveryMarket {
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

    /// The accomplice disputes an old answer of its own, and the executor shows it.
    function test_Attack61_ADisputeWithOneselfReachesNoTailOfOthers() public {
        IAccountingV2.SignedPair memory own = maturedTailOfAccomplice();
        IAccountingV2.SignedPair[] memory undelivered = settleUndelivered();
        openAs(accomplice, own, BOND);
        delivery.reveal(own.response, BYTES);
        assertEq(accounting.unmaturedTail(executor), LANES * EACH, "the honest clients' tails");
        assertEq(accounting.withdrawableEarnings(executor), 0, "nothing to take away");
        expectAllRefunded(undelivered);
    }

    /// Nor does it help to lose the whole stake before the disputes end, to friends.
    function test_Attack62_ClientsArePaidOutOfTheirOwnTails() public {
        IAccountingV2.SignedPair[] memory undelivered = settleUndelivered();
        for (uint256 i = 0; i < LANES; ++i) openAs(client, undelivered[i], BOND);
        for (uint256 i = 0; i < 8; ++i) equivocate(uint32(1_000 + i), 0);
        assertEq(registry.slashableStake(executor), 0, "no stake");
        vm.warp(ENROLLED + 13 hours);
        for (uint256 i = 0; i < LANES; ++i) delivery.poke(idOf(undelivered[i]));
        assertEq(accounting.balanceOf(client), LANES * EACH, "every client has its money back");
    }

    /// An equivocation that the executor invents, about the newest nonce of a lane in which all is acknowledged, with an
    /// `ackedCost` of zero.
    function test_Attack61_AnInventedEquivocationRefundsNoMoneyOfOthers() public {
        fundAccomplice(LANES * EACH);
        settleOne(accomplicePair(1, LANES * EACH, 0));
        vm.prank(executor);
        accounting.withdrawEarnings(executor);
        settleUndelivered();
        equivocate(1, 0);
        assertEq(accounting.unmaturedTail(executor), LANES * EACH, "tails of honest clients");
        assertEq(accounting.balanceOf(accomplice), 0, "nothing for the accomplice");
    }

    /// With two signed requests of one nonce acknowledged money passes for a tail. It is no tail of the channel.
    function test_Attack61_AcknowledgedMoneyIsNoTail() public {
        fundAccomplice(LANES * EACH);
        settleOne(accomplicePair(1, LANES * EACH, 0));
        IAccountingV2.SignedPair[] memory undelivered = settleUndelivered();
        openAs(accomplice, accomplicePair(1, 0, LANES * EACH), BOND);
        assertEq(accounting.unmaturedTail(executor), LANES * EACH, "held of nobody");
        assertEq(registry.capacityOf(executor), accounting.unmaturedTail(executor), "and the stake covers no more");
        expectAllRefunded(undelivered);
    }

    /// Two days of tails of one channel, in every order of days.
    function testFuzz_Attack61_AChannelKnowsItsTailsByTheDay(uint256 seed) public {
        (uint256[2][4] memory paid, uint256 today) = (payOnDays(seed), 3);
        uint256 unmatured = paid[today][0] + paid[today - 1][0];
        uint256 ofOthers = paid[today][1] + paid[today - 1][1];
        assertEq(accounting.unmaturedTail(executor), unmatured + ofOthers, "unmatured");
        // The newest answer of a lane that was paid all of it.
        vm.prank(JUDGE);
        (, uint256 held) = accounting.holdTail(IAccountingV2.Tail(client, executor, 1, 4, 0));
        assertEq(held, unmatured, "all of its own");
        vm.prank(JUDGE);
        (, held) = accounting.holdTail(IAccountingV2.Tail(accomplice, executor, 1, 4, 0));
        assertEq(held, ofOthers, "all of the other's");
        assertEq(accounting.unmaturedTail(executor), 0, "which is all there is");
    }

    /// Four days; on each of them each client pays something, or nothing, in the one lane that it has.
    function payOnDays(uint256 seed) private returns (uint256[2][4] memory paid) {
        openChannel(STAKE);
        fundAccomplice(STAKE);
        uint256[2] memory costs;
        for (uint32 day = 0; day < 4; ++day) {
            vm.warp(ENROLLED + day * 1 days + (seed % 3) * 1 hours);
            for (uint256 who = 0; who < 2; ++who) {
                seed = uint256(keccak256(abi.encode(seed)));
                uint256 amount = seed % 2 == 0 && day < 3 ? 0 : 1 + ((seed >> 8) % 50e6); // The last day has an answer.
                IAccountingV2.SignedPair memory pair = accomplicePair(day + 1, costs[who], amount);
                pair.request.lane = 1;
                if (who == 0) pair.request.client = client;
                sign(pair, who == 0 ? CLIENT_KEY : ACCOMPLICE_KEY, EXECUTOR_KEY);
                if (amount != 0) settleOne(pair);
                (costs[who], paid[day][who]) = (costs[who] + amount, amount);
            }
        }
    }

    function expectAllRefunded(IAccountingV2.SignedPair[] memory undelivered) private {
        for (uint256 i = 0; i < LANES; ++i) openAs(client, undelivered[i], BOND);
        vm.warp(block.timestamp + 13 hours);
        for (uint256 i = 0; i < LANES; ++i) delivery.poke(idOf(undelivered[i]));
        assertEq(accounting.balanceOf(client), LANES * EACH, "every client has its money back");
    }

    /* PARTS */

    function equivocate(uint32 nonce, uint96 acked) private {
        IEquivocationDisputes.ResponseProof memory proof;
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
        openChannel(LANES * EACH);
        pairs = new IAccountingV2.SignedPair[](LANES);
        for (uint64 i = 0; i < LANES; ++i) {
            pairs[i] = pairOf(1, 0, EACH);
            pairs[i].request.lane = 100 + i;
            pairs[i].request.deadline = uint40(ENROLLED + 48 hours + 1 hours);
            sign(pairs[i]);
            settleOne(pairs[i]);
        }
    }
}
