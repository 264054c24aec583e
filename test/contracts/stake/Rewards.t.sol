// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {StakeRegistry} from "../../../contracts/stake/StakeRegistry.sol";
import {IStakeRegistry} from "../../../contracts/stake/IStakeRegistry.sol";
import {CallingToken, ListingToken} from "../support/HostileTokens.sol";
import {MarketTest} from "../support/Market.sol";
import {vm} from "../support/Vm.sol";

/*
StakeRegistry

withdrawRewards
├── to zero: StakeZeroAddress
├── nothing there: StakeNoRewards
├── the token calls back: ReentrancyGuardReentrantCall
└── otherwise: RewardsWithdrawn, tokens arrive
transferRewards
├── to zero: StakeZeroAddress
├── more than there is: StakeInsufficientRewards
└── otherwise: RewardsTransferred, no token moves
a recipient that the token refuses stops no slash
*/
contract RewardsTest is MarketTest {
    function setUp() public override {
        deployMarket();
        enrol(200e6);
        slashTo(stranger);
    }

    function test_RewardsArePaidOut() public {
        vm.startPrank(stranger);
        vm.expectRevert(IStakeRegistry.StakeZeroAddress.selector);
        registry.withdrawRewards(address(0));
        vm.expectEmit(address(registry));
        emit IStakeRegistry.RewardsWithdrawn(stranger, client, 60e6);
        assertEq(registry.withdrawRewards(client), 60e6, "returned");
        vm.expectRevert(IStakeRegistry.StakeNoRewards.selector);
        registry.withdrawRewards(client);
        vm.stopPrank();
        assertEq(token.balanceOf(client), 60e6, "arrived");
        (uint128 credited, uint128 withdrawn) = registry.rewards(stranger);
        assertEq(credited, 60e6, "credited");
        assertEq(withdrawn, 60e6, "withdrawn");
        vm.prank(TREASURY);
        assertEq(registry.withdrawRewards(TREASURY), 40e6, "the treasury's");
        assertEq(token.balanceOf(address(registry)), registry.slashableStake(executor), "only stake is left");
    }

    function test_RewardsMoveWithoutTokens() public {
        vm.startPrank(stranger);
        vm.expectRevert(IStakeRegistry.StakeZeroAddress.selector);
        registry.transferRewards(address(0), 1);
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakeInsufficientRewards.selector, 60e6, 60e6 + 1));
        registry.transferRewards(client, 60e6 + 1);
        vm.expectEmit(address(registry));
        emit IStakeRegistry.RewardsTransferred(stranger, client, 25e6);
        registry.transferRewards(client, 25e6);
        registry.transferRewards(stranger, 35e6);
        assertEq(registry.withdrawRewards(stranger), 35e6, "kept, and to oneself is nothing");
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakeInsufficientRewards.selector, 0, 1));
        registry.transferRewards(client, 1);
        vm.stopPrank();
        assertEq(rewardsOf(client), 25e6, "arrived");
        assertEq(token.balanceOf(client), 0, "as a number");
    }

    function test_Attack28_WithdrawingRefusesReentry() public {
        CallingToken calling = new CallingToken();
        StakeRegistry stakes = hostileRegistry(address(calling));
        calling.arm(address(stakes), abi.encodeCall(stakes.withdrawRewards, (client)));
        vm.expectRevert(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        vm.prank(stranger);
        stakes.withdrawRewards(stranger);
    }

    /// Attack 29: who cannot receive tokens is credited all the same, and sends them elsewhere.
    function test_Attack29_ARefusedRecipientStopsNothing() public {
        ListingToken listing = new ListingToken();
        listing.list(stranger);
        StakeRegistry stakes = hostileRegistry(address(listing));
        vm.prank(stranger);
        assertEq(stakes.withdrawRewards(client), 60, "elsewhere");
    }

    /* SUPPORT */

    function slashTo(address reporter) private {
        vm.prank(JUDGE);
        registry.slash(orderFor(executor, reporter, 100e6));
    }

    function orderFor(
        address member,
        address reporter,
        uint256 penalty
    ) private pure returns (IStakeRegistry.Slash memory order) {
        (order.id, order.member, order.penalty) = ("slash", member, penalty);
        (order.reporter, order.reporterShare) = (reporter, 6_000);
    }

    /// A registry of its own with 100 units of the token, of which 60 are the stranger's reward.
    function hostileRegistry(address token_) private returns (StakeRegistry stakes) {
        stakes = deployRegistry(token_, 1, UNBONDING);
        stakes.wire(allJudges());
        CallingToken(token_).mint(address(this), 100);
        CallingToken(token_).approve(address(stakes), 100);
        stakes.registerAndStake(IStakeRegistry.Role.Executor, "peer", "", 100);
        vm.prank(JUDGE);
        stakes.slash(orderFor(address(this), stranger, 100));
    }
}
