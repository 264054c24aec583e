// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "../../../contracts/escrow/IAccountingV2.sol";
import {IStakeRegistry} from "../../../contracts/stake/IStakeRegistry.sol";
import {MarketTest} from "../support/Market.sol";
import {vm} from "../support/Vm.sol";

/*
AccountingV2

the channel does not cover the pair
├── not even the acknowledged part: that is paid partly, the same pair pays the rest after a top-up, in the right parts
├── only a part of the tail: likewise
└── the next pair, which acknowledges everything, pays the rest as acknowledged
the executor's stake does not cover the tail
├── the tail is paid as far as stake goes, the rest stays claimable by the same pair
├── the acknowledged part is paid whatever the stake
├── nothing due but a tail: NothingToPay, nothing changes
├── in the first week: a tenth of the stake
├── while unbonding: nothing
└── stake falls below what is unmatured: no tail until it matures
equal nonces
├── the rest of a shortfall exactly once
└── another pair of the nonce: only what exceeds the lane's cost, below its cap
*/
contract ShortfallTest is MarketTest {
    uint96 private constant MILLION = 1e6;

    /* CHANNEL */

    function test_Attack31_AShortAcknowledgedPartIsPaidInTwo() public {
        enrol(MINIMUM_EXECUTOR);
        openChannel(4e6);
        IAccountingV2.SignedPair memory pair = pairOf(9, 6e6, 3e6);
        settleOne(pair);
        assertPaid({cost: 4e6, settled: 4e6, unmatured: 0});
        assertRejected(pair, IAccountingV2.Rejection.NothingToPay);
        openChannel(3e6);
        settleOne(pair);
        // 2 acknowledged ones that were missing, then 1 of the tail.
        assertPaid({cost: 7e6, settled: 7e6, unmatured: 1e6});
        openChannel(10e6);
        settleOne(pair);
        assertPaid({cost: 9e6, settled: 9e6, unmatured: 3e6});
        assertEq(channelBalance(), 8e6, "not a unit more");
        assertRejected(pair, IAccountingV2.Rejection.Nonce);
    }

    function test_TheNextPairAcknowledgesWhatAShortfallLeft() public {
        enrol(MINIMUM_EXECUTOR);
        openChannel(7e6);
        settleOne(pairOf(9, 6e6, 3e6));
        assertPaid({cost: 7e6, settled: 7e6, unmatured: 1e6});
        openChannel(10e6);
        settleOne(pairOf(10, 9e6, 2e6));
        assertPaid({cost: 11e6, settled: 11e6, unmatured: 3e6});
    }

    function test_CountsMoveOnceWhateverIsMissing() public {
        enrol(MINIMUM_EXECUTOR);
        openChannel(4e6);
        IAccountingV2.SignedPair memory pair = pairOf(9, 6e6, 3e6);
        settleOne(pair);
        openChannel(5e6);
        settleOne(pair);
        (uint64 inbound, uint64 outbound, uint64 requests, ) = accounting.executorStats(executor);
        assertEq(inbound, 90, "inbound");
        assertEq(outbound, 9, "outbound");
        assertEq(requests, 9, "requests");
    }

    /* CAPACITY */

    function test_Attack51_ATailBeyondTheStakeStaysClaimable() public {
        enrol(MINIMUM_EXECUTOR);
        openChannel(500 * MILLION);
        IAccountingV2.SignedPair memory pair = pairOf(2, 50 * MILLION, 130 * MILLION);
        pair.request.deadline = uint40(ENROLLED + 24 hours);
        sign(pair);
        settleOne(pair);
        assertPaid({cost: 150e6, settled: 150e6, unmatured: 100e6});
        assertRejected(pair, IAccountingV2.Rejection.NothingToPay);
        vm.warp(ENROLLED + 48 hours);
        settleOne(pair);
        assertPaid({cost: 180e6, settled: 180e6, unmatured: 30e6});
        assertRejected(pair, IAccountingV2.Rejection.Nonce);
    }

    function test_Attack51_TheAcknowledgedPartNeedsNoStake() public {
        openChannel(10e6);
        settleOne(pairOf(2, 6e6, 3e6));
        assertPaid({cost: 6e6, settled: 6e6, unmatured: 0});
        assertRejected(pairOf(3, 6e6, 3e6), IAccountingV2.Rejection.NothingToPay);
        // The client acknowledges; nothing was lost.
        settleOne(pairOf(3, 9e6, 1e6));
        assertPaid({cost: 9e6, settled: 9e6, unmatured: 0});
    }

    function test_ANewExecutorsStakeCoversATenth() public {
        give(executor, 200e6);
        vm.prank(executor);
        registry.registerAndStake(IStakeRegistry.Role.Executor, "peer", "", 200e6);
        openChannel(500e6);
        settleOne(pairOf(1, 0, 130e6));
        assertPaid({cost: 20e6, settled: 20e6, unmatured: 20e6});
    }

    function test_UnbondingStakeCoversNothing() public {
        enrol(200e6);
        openChannel(500e6);
        vm.prank(executor);
        registry.unbond(100e6);
        settleOne(pairOf(1, 0, 130e6));
        assertPaid({cost: 100e6, settled: 100e6, unmatured: 100e6});
        vm.prank(executor);
        registry.unbond(100e6);
        // More is unmatured now than covered.
        assertRejected(pairOf(2, 100e6, 1), IAccountingV2.Rejection.NothingToPay);
        settleOne(pairOf(2, 130e6, 1));
        assertPaid({cost: 130e6, settled: 130e6, unmatured: 100e6});
    }

    function test_TailsOfAllLanesAndClientsShareTheStake() public {
        enrol(MINIMUM_EXECUTOR);
        openChannel(500e6);
        settleOne(pairOf(1, 0, 70e6));
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, 70e6);
        pair.request.lane = 8;
        sign(pair);
        settleOne(pair);
        assertEq(accounting.unmaturedTail(executor), 100e6, "unmatured");
        (uint96 cost, , , ) = accounting.lanes(client, executor, 8);
        assertEq(cost, 30e6, "second lane");
    }

    /* EQUAL NONCES */

    function test_AnotherPairOfTheNonceIsPaidOnlyWhatItExceeds() public {
        enrol(MINIMUM_EXECUTOR);
        openChannel(50e6);
        settleOne(pairOf(1, 0, 3e6));
        assertRejected(pairOf(1, 0, 2e6), IAccountingV2.Rejection.Nonce);
        settleOne(pairOf(1, 0, 5e6));
        assertPaid({cost: 5e6, settled: 5e6, unmatured: 5e6});
    }

    function test_AnotherPairOfTheNonceStaysBelowItsCap() public {
        enrol(MINIMUM_EXECUTOR);
        openChannel(50e6);
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, 3e6);
        settleOne(pair);
        // A second response to the same request: the cap is the client's, and both responses are evidence.
        pair.response.outboundTokens = 2;
        pair.response.cumulativeCost = 6e6;
        sign(pair);
        assertRejected(pair, IAccountingV2.Rejection.CostCap);
    }

    /* FUZZ */

    /// However the money comes in, a pair is paid exactly once, acknowledged part first.
    function testFuzz_TopUpsPayExactlyWhatIsOwed(uint256 acked, uint256 cost, uint256 first, uint256 second) public {
        acked = bound(acked, 0, 60e6);
        cost = bound(cost, 1, 60e6);
        first = bound(first, 1, 130e6);
        second = bound(second, 1, 130e6);
        enrol(MINIMUM_EXECUTOR);
        IAccountingV2.SignedPair memory pair = pairOf(3, uint96(acked), uint96(cost));
        uint256 owed = acked + cost;
        openChannel(first);
        settleOne(pair);
        assertSplit(acked, owed, first);
        openChannel(second);
        if (first < owed) settleOne(pair);
        else assertRejected(pair, IAccountingV2.Rejection.Nonce);
        assertSplit(acked, owed, first + second);
        assertEq(channelBalance(), first + second - laneCost(), "channel");
    }

    /* SUPPORT */

    function assertSplit(uint256 acked, uint256 owed, uint256 money) private view {
        uint256 cost = owed < money ? owed : money;
        assertPaid({cost: cost, settled: cost, unmatured: cost > acked ? cost - acked : 0});
    }

    function assertPaid(uint256 cost, uint256 settled, uint256 unmatured) private view {
        (uint128 foundSettled, , , , ) = accounting.earnings(executor);
        assertEq(laneCost(), cost, "lane cost");
        assertEq(foundSettled, settled, "settled");
        assertEq(accounting.unmaturedTail(executor), unmatured, "unmatured");
        assertEq(accounting.withdrawableEarnings(executor), settled - unmatured, "withdrawable");
    }
}
