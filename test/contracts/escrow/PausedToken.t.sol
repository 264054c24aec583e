// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "../../../contracts/escrow/IAccountingV2.sol";
import {IStakeRegistry} from "../../../contracts/stake/IStakeRegistry.sol";
import {StakeRegistry} from "../../../contracts/stake/StakeRegistry.sol";
import {ListingToken, OpenToken, PausingToken} from "../support/HostileTokens.sol";
import {MarketTest} from "../support/Market.sol";
import {vm} from "../support/Vm.sol";

/// A token that refuses transfers, all of them or those of one account, stops what is paid in and out and nothing else: books
/// move on, and once it behaves everybody gets everything out.
contract PausedTokenTest is MarketTest {
    uint256 private constant OTHER_KEY = 0x07E4;
    uint256 private constant STAKED = 500e6;

    address private _other;

    /// Two clients with a channel of 50 each, one executor.
    function open(OpenToken chosen) private {
        _other = vm.addr(OTHER_KEY);
        registry = StakeRegistry(deployRegistry(address(chosen), MINIMUM_EXECUTOR, UNBONDING));
        registry.wire(allJudges());
        accounting = deployAccounting(address(chosen), address(registry), UNLOCK_DELAY);
        chosen.mint(address(this), 210e6);
        chosen.approve(address(accounting), 210e6);
        chosen.mint(executor, STAKED);
        vm.startPrank(executor);
        chosen.approve(address(registry), STAKED);
        registry.registerAndStake(IStakeRegistry.Role.Executor, "peer", "", STAKED);
        vm.stopPrank();
        vm.warp(ENROLLED);
        address[2] memory clients = [client, _other];
        for (uint256 i = 0; i < 2; ++i) {
            accounting.depositFor(clients[i], 100e6);
            vm.prank(clients[i]);
            accounting.allocate(executor, 50e6);
        }
    }

    /// Both clients' lanes in one batch.
    function settleBoth(uint32 nonce, uint96 acked, uint96 cost) private {
        IAccountingV2.SignedPair[] memory pairs = new IAccountingV2.SignedPair[](2);
        (pairs[0], pairs[1]) = (pairOf(nonce, acked, cost), pairOf(nonce, acked, cost));
        pairs[1].request.client = _other;
        sign(pairs[1], OTHER_KEY, EXECUTOR_KEY);
        accounting.settle(pairs);
    }

    function earned() private view returns (uint256 settled) {
        (settled, , , , ) = accounting.earnings(executor);
    }

    function test_Attack29_APausedTokenStopsNoSettlement() public {
        PausingToken pausing = new PausingToken();
        open(pausing);
        settleBoth(1, 0, 3e6);
        pausing.pause(true);
        settleBoth(2, 3e6, 4e6);
        assertEq(earned(), 14e6, "settled");
        vm.prank(executor);
        accounting.release(_other, 13e6);
        vm.startPrank(client);
        accounting.requestUnlock(executor, 43e6);
        vm.warp(ENROLLED + 48 hours);
        accounting.finalizeUnlock(executor);
        vm.expectRevert(PausingToken.Paused.selector);
        accounting.withdraw(client, 1);
        vm.stopPrank();
        vm.startPrank(executor);
        registry.unbond(STAKED);
        vm.expectRevert(PausingToken.Paused.selector);
        accounting.withdrawEarnings(stranger);
        vm.stopPrank();
        vm.expectRevert(PausingToken.Paused.selector);
        accounting.depositFor(client, 1e6);
        pausing.pause(false);
        everybodyLeaves(pausing);
    }

    /// After the pause, to the last unit.
    function everybodyLeaves(OpenToken chosen) private {
        vm.prank(client);
        accounting.withdraw(client, 93e6);
        vm.startPrank(_other);
        accounting.requestUnlock(executor, 30e6);
        vm.warp(ENROLLED + 48 hours + UNBONDING + 1);
        accounting.finalizeUnlock(executor);
        accounting.withdraw(_other, 93e6);
        vm.stopPrank();
        vm.startPrank(executor);
        assertEq(accounting.withdrawEarnings(executor), 14e6, "earned");
        registry.withdraw(executor);
        vm.stopPrank();
        assertEq(chosen.balanceOf(address(accounting)) + chosen.balanceOf(address(registry)), 0, "nothing is stuck");
        assertEq(chosen.balanceOf(executor), STAKED + 14e6, "executor");
    }

    /// Neither a listed client nor a listed executor keeps anybody's pair out of a batch, and who is listed is paid elsewhere.
    function test_Attack29_AListedPartySettlesWithAllOthers() public {
        ListingToken listing = new ListingToken();
        open(listing);
        address[2] memory parties = [client, executor];
        for (uint32 i = 0; i < 2; ++i) {
            listing.list(parties[i]);
            settleBoth(i + 1, uint96(i) * 3e6, 3e6);
            assertEq(earned(), 6e6 * (uint256(i) + 1), "both are settled");
        }
        vm.prank(client);
        accounting.withdraw(stranger, 50e6);
        vm.warp(ENROLLED + 48 hours);
        vm.prank(executor);
        assertEq(accounting.withdrawEarnings(stranger), 12e6, "elsewhere");
        assertEq(listing.balanceOf(stranger), 62e6, "all of it");
    }
}
