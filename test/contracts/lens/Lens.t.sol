// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Lens} from "../../../contracts/lens/Lens.sol";
import {IAccountingV2} from "../../../contracts/escrow/IAccountingV2.sol";
import {ILens} from "../../../contracts/lens/ILens.sol";
import {IStakeRegistry} from "../../../contracts/stake/IStakeRegistry.sol";
import {Market} from "../support/Market.sol";
import {vm} from "../support/Vm.sol";

/*
Lens

constructor
└── reads the given deployment
clients, executors, members, channels, lanes, checkPairs: each
├── one entry per asked account, in order, with what the contracts say themselves
├── zeros for what nobody touched
└── more than MAX_PAGE entries: LensPageTooLarge; exactly so many are answered
lanes
└── a page past the largest lane number ends there
checkPairs
└── the same reasons as `checkPair`, one by one
*/
contract LensTest is Market {
    Lens private _lens;

    function setUp() public {
        deployMarket();
        enrol(MINIMUM_EXECUTOR);
        openChannel(50e6);
        _lens = Lens(deploy("Lens.sol:Lens", abi.encode(address(accounting))));
        settleOne(pairOf(1, 0, 3e6));
        depositAs(client, 7e6);
    }

    function test_ItReadsTheGivenDeployment() public view {
        assertEq(address(_lens.accounting()), address(accounting), "accounting");
        assertEq(address(_lens.stakeRegistry()), address(registry), "stake registry");
    }

    function test_ClientsInOrder() public view {
        ILens.ClientState[] memory states = _lens.clients(two(stranger, client));
        assertEq(states.length, 2, "length");
        assertEq(states[0].deposit + states[0].stats.requests, 0, "a stranger has nothing");
        assertEq(states[1].deposit, 7e6, "deposit");
        assertEq(states[1].stats.inbound, 10, "inbound");
        assertEq(states[1].stats.outbound, 1, "outbound");
        assertEq(states[1].stats.requests, 1, "requests");
        assertEq(states[1].stats.disputesLost, 0, "disputes lost");
    }

    function test_ExecutorsInOrder() public view {
        ILens.ExecutorState[] memory states = _lens.executors(two(executor, stranger));
        assertEq(states.length, 2, "length");
        assertMember(states[0].member);
        assertEq(states[0].stats.inbound, 10, "inbound");
        assertEq(states[0].stats.outbound, 1, "outbound");
        assertEq(states[0].stats.requests, 1, "requests");
        assertEq(states[0].capacity, registry.capacityOf(executor), "capacity");
        assertEq(states[0].withdrawable, 0, "the tail is not withdrawable");
        assertEq(states[0].unmatured, 3e6, "unmatured");
        assertEq(uint256(states[1].member.role), 0, "a stranger has no role");
        assertEq(states[1].capacity + states[1].withdrawable + states[1].unmatured, 0, "and nothing else");
    }

    function test_WhatHasMaturedIsWithdrawable() public {
        vm.warp(block.timestamp + 48 hours);
        address[] memory one = new address[](1);
        one[0] = executor;
        ILens.ExecutorState memory state = _lens.executors(one)[0];
        assertEq(state.withdrawable, 3e6, "withdrawable");
        assertEq(state.unmatured, 0, "unmatured");
    }

    function test_MembersInOrder() public view {
        IStakeRegistry.Member[] memory states = _lens.members(two(stranger, executor));
        assertEq(uint256(states[0].role), 0, "a stranger has no role");
        assertMember(states[1]);
    }

    function test_ChannelsInOrder() public {
        vm.prank(client);
        accounting.requestUnlock(executor, 5e6);
        ILens.ChannelKey[] memory keys = new ILens.ChannelKey[](2);
        keys[0] = ILens.ChannelKey(executor, client);
        keys[1] = ILens.ChannelKey(client, executor);
        IAccountingV2.Channel[] memory states = _lens.channels(keys);
        assertEq(states[0].balance, 0, "not the other way round");
        assertEq(states[1].balance, 47e6, "balance");
        assertEq(states[1].unlocking, 5e6, "unlocking");
        assertEq(states[1].unlockAt, block.timestamp + UNLOCK_DELAY, "unlock time");
    }

    function test_LanesOfAPage() public view {
        IAccountingV2.Lane[] memory states = _lens.lanes(client, executor, 6, 3);
        assertEq(states.length, 3, "length");
        assertEq(states[0].nonce + states[2].nonce, 0, "untouched neighbours");
        assertEq(states[1].cost, 3e6, "cost");
        assertEq(states[1].inbound, 10, "inbound");
        assertEq(states[1].outbound, 1, "outbound");
        assertEq(states[1].nonce, 1, "nonce");
    }

    function test_TheLastPageOfLanesEndsWithThem() public view {
        uint64 last = type(uint64).max;
        assertEq(_lens.lanes(client, executor, last, 500).length, 1, "the last lane");
        assertEq(_lens.lanes(client, executor, last - 499, 500).length, 500, "the last whole page");
        assertEq(_lens.lanes(client, executor, 0, 0).length, 0, "an empty page");
    }

    function test_PairsAreCheckedOneByOne() public view {
        IAccountingV2.SignedPair[] memory pairs = new IAccountingV2.SignedPair[](2);
        pairs[0] = pairOf(1, 0, 3e6);
        pairs[1] = pairOf(2, 3e6, 1e6);
        IAccountingV2.Rejection[] memory reasons = _lens.checkPairs(pairs);
        assertEq(uint256(reasons[0]), uint256(IAccountingV2.Rejection.Nonce), "settled before");
        assertEq(uint256(reasons[1]), uint256(IAccountingV2.Rejection.None), "good");
    }

    function test_APageHasALimit() public {
        assertEq(_lens.clients(new address[](500)).length, 500, "a whole page");
        assertEq(_lens.executors(new address[](500)).length, 500, "of executors");
        assertEq(_lens.members(new address[](500)).length, 500, "of members");
        assertEq(_lens.channels(new ILens.ChannelKey[](500)).length, 500, "of channels");
        assertEq(_lens.checkPairs(new IAccountingV2.SignedPair[](500)).length, 500, "of pairs");
        bytes memory refusal = abi.encodeWithSelector(ILens.LensPageTooLarge.selector, 500, 501);
        vm.expectRevert(refusal);
        _lens.clients(new address[](501));
        vm.expectRevert(refusal);
        _lens.executors(new address[](501));
        vm.expectRevert(refusal);
        _lens.members(new address[](501));
        vm.expectRevert(refusal);
        _lens.channels(new ILens.ChannelKey[](501));
        vm.expectRevert(refusal);
        _lens.lanes(client, executor, 0, 501);
        vm.expectRevert(refusal);
        _lens.checkPairs(new IAccountingV2.SignedPair[](501));
    }

    function assertMember(IStakeRegistry.Member memory member) private view {
        assertEq(uint256(member.role), uint256(IStakeRegistry.Role.Executor), "role");
        assertEq(member.stake, MINIMUM_EXECUTOR, "stake");
        assertEq(member.unbonding + member.unbondAt + member.frozen + member.jailedUntil, 0, "nothing else");
        assertEq(member.activeSince, member.registeredAt, "active since it registered");
        assertTrue(member.registeredAt != 0 && member.registeredAt <= block.timestamp, "registered");
    }

    function two(address first, address second) private pure returns (address[] memory accounts) {
        accounts = new address[](2);
        (accounts[0], accounts[1]) = (first, second);
    }
}
