// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IStakeRegistry} from "../../../contracts/stake/IStakeRegistry.sol";
import {StrikeRing} from "../../../contracts/stake/StrikeRing.sol";
import {MarketTest} from "../support/Market.sol";
import {vm} from "../support/Vm.sol";

/*
StakeRegistry

jail (by a judge; by others: Slash.t.sol)
├── a member: not active, no capacity, Jailed; again: the later end counts
└── an address that is no member: it joins as a prisoner
unjail
├── not registered: StakeNotRegistered; not in jail: StakeNotJailed
├── too early: StakeStillJailed
├── the stake below the minimum: StakeBelowMinimum
└── otherwise: active from now on, with a first week, Unjailed
isActive, since when
├── from the moment that the stake reaches the minimum, not from registration
└── ends when the stake falls below it: by a slash, by unbonding all
strike (by a judge; by others: Slash.t.sol)
└── adds half strikes, no more than six count, Struck
    └── the sixth within the window: jail
strikesOf
├── those older than the window do not count
└── offences are apart; nothing that the member does erases them
*/
contract JailTest is MarketTest {
    IStakeRegistry.Offence private constant LATE = IStakeRegistry.Offence.Undelivered;
    uint256 private constant JAIL = 30 days;

    /* JAIL */

    function test_APrisonerIsNotActive() public {
        enrol(200e6);
        vm.expectEmit(address(registry));
        emit IStakeRegistry.Jailed(executor, JUDGE, ENROLLED + JAIL);
        jail();
        assertTrue(!registry.isActive(executor), "not active");
        assertEq(registry.capacityOf(executor), 0, "covers nothing");
        vm.prank(executor);
        registry.unbond(100e6);
        vm.prank(executor);
        registry.cancelUnbond();
        give(executor, 1);
        vm.prank(executor);
        registry.stake(1);
        assertTrue(!registry.isActive(executor), "no move of stake ends it");
        vm.warp(ENROLLED + 5 days);
        jail();
        assertEq(jailedUntil(), ENROLLED + 5 days + JAIL, "longer");
    }

    function test_UnjailWaitsForTimeAndStake() public {
        enrol(200e6);
        vm.startPrank(executor);
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakeNotJailed.selector, executor));
        registry.unjail();
        vm.stopPrank();
        slashBy(150e6);
        jail();
        uint256 until = ENROLLED + JAIL;
        vm.warp(until - 1);
        vm.startPrank(executor);
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakeStillJailed.selector, until, until - 1));
        registry.unjail();
        vm.warp(until);
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakeBelowMinimum.selector, MINIMUM_EXECUTOR, 50e6));
        registry.unjail();
        vm.stopPrank();
        give(executor, 50e6);
        vm.startPrank(executor);
        registry.stake(50e6);
        assertTrue(!registry.isActive(executor), "asks first");
        vm.expectEmit(address(registry));
        emit IStakeRegistry.Unjailed(executor);
        registry.unjail();
        vm.stopPrank();
        assertTrue(registry.isActive(executor), "active");
        assertEq(registry.capacityOf(executor), 10e6, "a first week again");
        assertEq(jailedUntil(), 0, "free");
    }

    function test_OnlyMembersAskToBeLetOut() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakeNotRegistered.selector, stranger));
        vm.prank(stranger);
        registry.unjail();
    }

    function test_AnAddressIsJailedBeforeItJoins() public {
        jail();
        enrol(200e6);
        assertTrue(!registry.isActive(executor), "joins as a prisoner");
        vm.warp(START + JAIL);
        vm.prank(executor);
        registry.unjail();
        assertTrue(registry.isActive(executor), "served");
    }

    /* ACTIVE SINCE */

    /// Registering early and staking late does not spare the first week.
    function test_TheFirstWeekBeginsWithTheStake() public {
        give(executor, 300e6);
        vm.startPrank(executor);
        registry.register(IStakeRegistry.Role.Executor, "peer", "");
        vm.warp(START + 30 days);
        registry.stake(99e6);
        assertEq(activeSince(), 0, "below the minimum");
        vm.warp(START + 60 days);
        registry.stake(101e6);
        assertEq(activeSince(), START + 60 days, "reached");
        vm.warp(START + 66 days);
        registry.stake(100e6);
        vm.stopPrank();
        assertEq(activeSince(), START + 62 days, "200 of 6 days, 100 of none: 4 days on average");
        assertEq(registry.capacityOf(executor), (300e6 * uint256(4)) / 7, "4 days of 7");
        vm.warp(START + 69 days - 1);
        assertTrue(registry.capacityOf(executor) < 300e6, "nearly all");
        vm.warp(START + 69 days);
        assertEq(registry.capacityOf(executor), 300e6, "all");
        vm.warp(START + 100 days);
        assertEq(registry.capacityOf(executor), 300e6, "and no more");
    }

    function test_CapacityBeginsWithATenth() public {
        enrol(200e6);
        vm.warp(START);
        give(stranger, 700e6);
        vm.prank(stranger);
        registry.registerAndStake(IStakeRegistry.Role.Executor, "peer", "", 700e6);
        assertEq(registry.capacityOf(stranger), 70e6, "a tenth");
        vm.warp(START + 16 hours);
        assertEq(registry.capacityOf(stranger), 70e6, "still more than what has passed");
        vm.warp(START + 1 days);
        assertEq(registry.capacityOf(stranger), 100e6, "a day of seven");
    }

    /// The week is not served with the minimum; what was served is not lost.
    function test_Attack69_ALargeTopUpHasItsOwnWeek() public {
        enrol(100e6);
        vm.warp(ENROLLED + 300 days);
        give(executor, 99_900e6);
        vm.prank(executor);
        registry.stake(899e6);
        assertEq(activeSince(), ENROLLED + 300 days - 60_540, "100 of 999, of a week, rounded down");
        assertEq(registry.capacityOf(executor), 99_999_107, "what it was, but for a second");
    }

    /// More stake of an old executor covers no less than before, but for what a second is worth.
    function testFuzz_Attack69_AddingStakeTakesNoCapacityAway(uint256 before, uint256 added, uint256 age) public {
        (before, added, age) = (bound(before, MINIMUM_EXECUTOR, 1e15), bound(added, 1, 1e15), bound(age, 0, 14 days));
        give(executor, before + added);
        vm.startPrank(executor);
        registry.registerAndStake(IStakeRegistry.Role.Executor, "peer", "", before);
        vm.warp(block.timestamp + age);
        uint256 covered = registry.capacityOf(executor);
        registry.stake(added);
        vm.stopPrank();
        uint256 now_ = registry.capacityOf(executor);
        assertTrue(now_ + (before + added) / 7 days + 1 >= covered, "no less");
        assertTrue(now_ <= covered + added / 10 + 1, "no more than a tenth of what is new");
    }

    function test_FallingBelowTheMinimumStartsItAnew() public {
        enrol(200e6);
        slashBy(101e6);
        assertEq(activeSince(), 0, "slashed below");
        give(executor, 101e6);
        vm.prank(executor);
        registry.stake(101e6);
        assertEq(activeSince(), ENROLLED, "anew");
        vm.warp(ENROLLED + 1 days);
        vm.startPrank(executor);
        registry.unbond(200e6);
        assertEq(activeSince(), 0, "left");
        registry.cancelUnbond();
        vm.stopPrank();
        assertEq(activeSince(), ENROLLED + 1 days, "and back");
    }

    function test_ASlashAboveTheMinimumKeepsIt() public {
        enrol(200e6);
        slashBy(100e6);
        assertEq(activeSince(), START, "as before");
        assertTrue(registry.isActive(executor), "at the minimum");
    }

    /* STRIKES */

    function test_StrikesAddUpWithinTheWindow() public {
        vm.expectEmit(address(registry));
        emit IStakeRegistry.Struck(executor, JUDGE, LATE, 2, 2);
        assertEq(strike(2), 2, "one strike");
        vm.warp(START + 20 days);
        assertEq(strike(1), 3, "a half");
        vm.warp(START + 30 days);
        assertEq(registry.strikesOf(executor, LATE, 30 days), 3, "the window's last second");
        vm.warp(START + 30 days + 1);
        assertEq(registry.strikesOf(executor, LATE, 30 days), 1, "the first is too old");
        assertEq(registry.strikesOf(executor, LATE, 90 days), 3, "not for a longer window");
        assertEq(strike(0), 1, "nothing added");
        assertEq(strike(99), 6, "no more than six");
        assertEq(registry.strikesOf(executor, IStakeRegistry.Offence.WrongModel, 90 days), 0, "another offence");
    }

    /// The third strike, however it is made up.
    function test_SixHalfStrikesLeadToJail() public {
        enrol(200e6);
        strike(2);
        strike(1);
        vm.warp(ENROLLED + 29 days);
        strike(2);
        assertTrue(registry.isActive(executor), "two and a half");
        vm.expectEmit(address(registry));
        emit IStakeRegistry.Jailed(executor, JUDGE, ENROLLED + 30 days + JAIL);
        vm.warp(ENROLLED + 30 days);
        strike(1);
        assertTrue(!registry.isActive(executor), "three");
    }

    function test_StrikesFurtherApartThanTheWindowDoNot() public {
        enrol(200e6);
        strike(5);
        vm.warp(ENROLLED + 30 days + 1);
        strike(1);
        assertTrue(registry.isActive(executor), "one half of this month");
    }

    function test_NothingErasesStrikes() public {
        strike(4);
        enrol(200e6);
        vm.startPrank(executor);
        registry.updateMetadata("peer2", "");
        registry.unbond(200e6);
        vm.warp(ENROLLED + UNBONDING);
        registry.withdraw(executor);
        token.approve(address(registry), 200e6);
        registry.stake(200e6);
        vm.stopPrank();
        assertEq(registry.strikesOf(executor, LATE, 30 days), 4, "still there");
    }

    /// The ring against a plain list.
    function testFuzz_TheRingRemembersTheLastSix(uint256 seed) public pure {
        uint256[20] memory times;
        uint256 ring = 0;
        uint256 now_ = 1;
        for (uint256 i = 0; i < times.length; ++i) {
            now_ += uint256(keccak256(abi.encode(seed, i))) % 3;
            times[i] = now_;
            ring = StrikeRing.push(ring, 1, now_);
            uint256 since = uint256(keccak256(abi.encode(seed, i, "since"))) % (now_ + 2);
            uint256 expected = 0;
            for (uint256 j = i < 5 ? 0 : i - 5; j <= i; ++j) if (times[j] >= since) ++expected;
            assertEq(StrikeRing.countSince(ring, since), expected, "counted");
        }
    }

    /* SUPPORT */

    function jail() private {
        vm.prank(JUDGE);
        registry.jail(executor);
    }

    function strike(uint256 halves) private returns (uint256) {
        vm.prank(JUDGE);
        return registry.strike(executor, LATE, halves, 30 days);
    }

    function slashBy(uint256 penalty) private {
        IStakeRegistry.Slash memory order;
        (order.id, order.member, order.penalty) = ("slash", executor, penalty);
        vm.prank(JUDGE);
        registry.slash(order);
    }

    function activeSince() private view returns (uint256 since) {
        (, since, , , , , , ) = registry.members(executor);
    }

    function jailedUntil() private view returns (uint256 until) {
        (, , until, , , , , ) = registry.members(executor);
    }
}
