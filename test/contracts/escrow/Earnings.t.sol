// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {StakeRegistry} from "../../../contracts/stake/StakeRegistry.sol";
import {IAccountingV2} from "../../../contracts/escrow/IAccountingV2.sol";
import {ListingToken} from "../support/HostileTokens.sol";
import {MarketTest} from "../support/Market.sol";
import {vm} from "../support/Vm.sol";

/*
AccountingV2

withdrawEarnings
├── to zero: AccountingZeroAddress
├── nothing, or nothing mature: AccountingNothingWithdrawable
├── the token refuses the recipient: nothing is lost, another recipient works
└── otherwise: everything withdrawable, EarningsWithdrawn
withdrawableEarnings, unmaturedTail: of an executor's tails
├── credited on a day's first second: 48 hours less nothing
├── credited on its last second: 24 hours and a second
├── two days' tails mature one after the other
└── days without any settlement in between
*/
contract EarningsTest is MarketTest {
    event EarningsWithdrawn(address indexed executor, address indexed to, uint256 amount, uint256 withdrawn);

    function setUp() public override {
        super.setUp();
        enrol(MINIMUM_EXECUTOR);
        openChannel(90e6);
    }

    /* WITHDRAW */

    function test_TheAcknowledgedPartIsWithdrawnAtOnce() public {
        settleOne(pairOf(2, 6e6, 3e6));
        vm.expectEmit(address(accounting));
        emit EarningsWithdrawn(executor, stranger, 6e6, 6e6);
        vm.prank(executor);
        assertEq(accounting.withdrawEarnings(stranger), 6e6, "returned");
        assertEq(token.balanceOf(stranger), 6e6, "paid out");
        vm.warp(ENROLLED + 48 hours);
        vm.expectEmit(address(accounting));
        emit EarningsWithdrawn(executor, executor, 3e6, 9e6);
        vm.prank(executor);
        accounting.withdrawEarnings(executor);
        assertEq(token.balanceOf(address(accounting)), 81e6, "left");
    }

    function test_NothingWithdrawableIsRefused() public {
        vm.startPrank(executor);
        vm.expectRevert(IAccountingV2.AccountingZeroAddress.selector);
        accounting.withdrawEarnings(address(0));
        vm.expectRevert(abi.encodeWithSelector(IAccountingV2.AccountingNothingWithdrawable.selector, 0));
        accounting.withdrawEarnings(executor);
        settleOne(pairOf(1, 0, 3e6));
        vm.expectRevert(abi.encodeWithSelector(IAccountingV2.AccountingNothingWithdrawable.selector, 3e6));
        accounting.withdrawEarnings(executor);
        vm.stopPrank();
    }

    function test_Attack29_AListedExecutorWithdrawsElsewhere() public {
        ListingToken listing = new ListingToken();
        StakeRegistry stakes = deployRegistry(address(listing), 1, UNBONDING);
        accounting = deployAccounting(address(listing), address(stakes), UNLOCK_DELAY);
        listing.mint(address(this), 10e6);
        listing.approve(address(accounting), 10e6);
        accounting.depositFor(client, 10e6);
        vm.prank(client);
        accounting.allocate(executor, 10e6);
        settleOne(pairOf(2, 6e6, 3e6));
        listing.list(executor);
        vm.startPrank(executor);
        vm.expectRevert(abi.encodeWithSelector(ListingToken.Listed.selector, executor));
        accounting.withdrawEarnings(executor);
        assertEq(accounting.withdrawEarnings(stranger), 6e6, "elsewhere");
        vm.stopPrank();
    }

    /* MATURITY */

    function test_ATailOfTheFirstSecondMaturesAfterTwoDays() public {
        settleOne(pairOf(1, 0, 3e6));
        assertMatures(ENROLLED, ENROLLED + 48 hours, 3e6);
    }

    function test_ATailOfTheLastSecondMaturesADayLater() public {
        vm.warp(ENROLLED + 24 hours - 1);
        settleOne(pairOf(1, 0, 3e6));
        assertMatures(ENROLLED + 24 hours - 1, ENROLLED + 48 hours, 3e6);
    }

    function test_TwoDaysTailsMatureOneAfterTheOther() public {
        settleOne(pairOf(1, 0, 3e6));
        vm.warp(ENROLLED + 30 hours);
        settleOne(pairOf(2, 3e6, 5e6));
        assertEq(accounting.unmaturedTail(executor), 8e6, "both");
        vm.warp(ENROLLED + 48 hours);
        assertEq(accounting.withdrawableEarnings(executor), 3e6, "first");
        settleOne(pairOf(3, 8e6, 7e6));
        assertEq(accounting.unmaturedTail(executor), 12e6, "second and third");
        vm.warp(ENROLLED + 72 hours);
        assertEq(accounting.withdrawableEarnings(executor), 8e6, "second");
        vm.warp(ENROLLED + 96 hours);
        assertEq(accounting.withdrawableEarnings(executor), 15e6, "all");
    }

    function test_QuietDaysMatureEverything() public {
        settleOne(pairOf(1, 0, 3e6));
        vm.warp(ENROLLED + 240 hours);
        settleOne(pairOf(2, 3e6, 5e6));
        assertEq(accounting.withdrawableEarnings(executor), 3e6, "old");
        assertEq(accounting.unmaturedTail(executor), 5e6, "new");
    }

    /// I12: no tail is withdrawable before 24 hours, every tail is after 48.
    function testFuzz_TailsMatureBetweenOneAndTwoDays(uint256 offset, uint256 wait) public {
        uint256 settledAt = ENROLLED + bound(offset, 0, 10 days);
        vm.warp(settledAt);
        settleOne(pairOf(1, 0, 3e6));
        wait = bound(wait, 0, 4 days);
        vm.warp(settledAt + wait);
        uint256 withdrawable = accounting.withdrawableEarnings(executor);
        if (wait < 24 hours) assertEq(withdrawable, 0, "too early");
        if (wait >= 48 hours) assertEq(withdrawable, 3e6, "too late");
    }

    /* SUPPORT */

    function assertMatures(uint256 from, uint256 until, uint256 amount) private {
        vm.warp(from);
        assertEq(accounting.unmaturedTail(executor), amount, "at once");
        vm.warp(until - 1);
        assertEq(accounting.withdrawableEarnings(executor), 0, "a second before");
        vm.warp(until);
        assertEq(accounting.withdrawableEarnings(executor), amount, "then");
    }
}
