// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "../../../contracts/escrow/IAccountingV2.sol";
import {MarketTest} from "../support/Market.sol";
import {vm} from "../support/Vm.sol";

/*
AccountingV2

allocate
├── executor zero: AccountingZeroAddress; amount zero: AccountingZeroAmount
├── more than the deposit: AccountingInsufficientDeposit
├── the channel would not fit 96 bits: AccountingAmountTooLarge
└── otherwise: deposit to channel, Allocated
allocateBySig
├── after the deadline: AccountingDeadlinePassed
├── signed by a stranger, for other numbers, another chain, client zero: AccountingWrongSigner
├── nonce used: AccountingNonceUsed
├── by a session signer in force: goes through
├── by a revoked one, even before its thaw ends: AccountingWrongSigner
└── otherwise: as allocate, sent by anyone, nonces in any order
isAllocationNonceUsed
└── from then on, and no other number
requestUnlock
├── amount zero: AccountingZeroAmount
├── more than is not unlocking: AccountingInsufficientChannel
└── otherwise: adds up, restarts the clock, UnlockRequested
cancelUnlock
├── nothing unlocking: AccountingNothingUnlocking
└── otherwise: UnlockCancelled
finalizeUnlock
├── nothing unlocking: AccountingNothingUnlocking
├── too early: AccountingUnlockPending
├── a settlement took the money meanwhile: gives what is left; it took all: nothing is unlocking
├── money allocated meanwhile stays
└── otherwise: channel to deposit, UnlockFinalized
channels
└── balance, unlocking, and when that may go
release
├── amount zero: AccountingZeroAmount
├── more than the channel, another executor's channel: AccountingInsufficientChannel
├── to oneself: the same
├── eats into what is unlocking: lowers it
└── otherwise: channel to deposit at once, Released
*/
contract ChannelsTest is MarketTest {
    event Allocated(
        address indexed client,
        address indexed executor,
        uint256 amount,
        uint256 channelBalance,
        uint256 balance
    );
    event UnlockRequested(
        address indexed client,
        address indexed executor,
        uint256 amount,
        uint256 unlocking,
        uint256 unlockAt
    );
    event UnlockCancelled(address indexed client, address indexed executor, uint256 amount);
    event UnlockFinalized(
        address indexed client,
        address indexed executor,
        uint256 amount,
        uint256 channelBalance,
        uint256 balance
    );
    event Released(
        address indexed client,
        address indexed executor,
        uint256 amount,
        uint256 channelBalance,
        uint256 balance
    );

    /* ALLOCATE */

    function test_AllocateMovesDepositIntoTheChannel() public {
        depositAs(client, 10e6);
        vm.expectEmit(address(accounting));
        emit Allocated(client, executor, 4e6, 4e6, 6e6);
        vm.prank(client);
        accounting.allocate(executor, 4e6);
        assertEq(channelBalance(), 4e6, "channel");
        assertEq(accounting.balanceOf(client), 6e6, "deposit");
    }

    function test_AllocateRefusesBadArguments() public {
        depositAs(client, 10e6);
        vm.startPrank(client);
        vm.expectRevert(IAccountingV2.AccountingZeroAddress.selector);
        accounting.allocate(address(0), 1);
        vm.expectRevert(IAccountingV2.AccountingZeroAmount.selector);
        accounting.allocate(executor, 0);
        vm.expectRevert(abi.encodeWithSelector(IAccountingV2.AccountingInsufficientDeposit.selector, 10e6, 11e6));
        accounting.allocate(executor, 11e6);
        vm.stopPrank();
    }

    function test_AllocateRefusesWhatDoesNotFitAChannel() public {
        uint256 limit = type(uint96).max;
        depositAs(client, limit + 1);
        vm.startPrank(client);
        accounting.allocate(executor, limit);
        vm.expectRevert(abi.encodeWithSelector(IAccountingV2.AccountingAmountTooLarge.selector, limit, limit + 1));
        accounting.allocate(executor, 1);
        vm.stopPrank();
        assertEq(channelBalance(), limit, "channel");
    }

    /* ALLOCATE BY SIGNATURE */

    function test_AnyoneSendsASignedAllocation() public {
        depositAs(client, 10e6);
        IAccountingV2.CompactSignature memory signature = allocation(CLIENT_KEY, 4e6, 300, START);
        assertTrue(!accounting.isAllocationNonceUsed(client, 300), "unused");
        vm.expectEmit(address(accounting));
        emit Allocated(client, executor, 4e6, 4e6, 6e6);
        vm.prank(stranger);
        accounting.allocateBySig(client, executor, 4e6, 300, uint40(START), signature);
        assertTrue(accounting.isAllocationNonceUsed(client, 300), "used");
        // 44 and 556 are the same bit of the words before and after.
        for (uint256 other = 44; other <= 556; other += 256) {
            assertTrue(other == 300 || !accounting.isAllocationNonceUsed(client, other), "no other one");
        }
        assertTrue(!accounting.isAllocationNonceUsed(executor, 300), "nor anybody else's");
        // Any order.
        accounting.allocateBySig(client, executor, 1e6, 7, uint40(START), allocation(CLIENT_KEY, 1e6, 7, START));
        assertEq(channelBalance(), 5e6, "channel");
    }

    function test_Attack01_ASignedAllocationWorksOnce() public {
        depositAs(client, 10e6);
        IAccountingV2.CompactSignature memory signature = allocation(CLIENT_KEY, 4e6, 3, START);
        accounting.allocateBySig(client, executor, 4e6, 3, uint40(START), signature);
        vm.expectRevert(abi.encodeWithSelector(IAccountingV2.AccountingNonceUsed.selector, client, 3));
        accounting.allocateBySig(client, executor, 4e6, 3, uint40(START), signature);
    }

    function test_ASignedAllocationEndsAtItsDeadline() public {
        depositAs(client, 10e6);
        IAccountingV2.CompactSignature memory signature = allocation(CLIENT_KEY, 4e6, 3, START);
        vm.warp(START + 1);
        vm.expectRevert(abi.encodeWithSelector(IAccountingV2.AccountingDeadlinePassed.selector, START, START + 1));
        accounting.allocateBySig(client, executor, 4e6, 3, uint40(START), signature);
    }

    function test_OnlyTheClientsSignatureAllocates() public {
        depositAs(client, 10e6);
        IAccountingV2.CompactSignature memory signature = allocation(STRANGER_KEY, 4e6, 3, START);
        vm.expectRevert(abi.encodeWithSelector(IAccountingV2.AccountingWrongSigner.selector, client, stranger));
        accounting.allocateBySig(client, executor, 4e6, 3, uint40(START), signature);
        // A good signature over a smaller amount; whom it recovers to depends on the amount.
        signature = allocation(CLIENT_KEY, 4e6, 3, START);
        vm.expectPartialRevert(IAccountingV2.AccountingWrongSigner.selector);
        accounting.allocateBySig(client, executor, 5e6, 3, uint40(START), signature);
    }

    function test_AnAllocationOfAnotherChainIsNone() public {
        depositAs(client, 10e6);
        IAccountingV2.CompactSignature memory signature = allocation(CLIENT_KEY, 4e6, 3, START);
        vm.chainId(block.chainid + 1);
        vm.expectPartialRevert(IAccountingV2.AccountingWrongSigner.selector);
        accounting.allocateBySig(client, executor, 4e6, 3, uint40(START), signature);
        signature = allocation(CLIENT_KEY, 4e6, 3, START);
        accounting.allocateBySig(client, executor, 4e6, 3, uint40(START), signature);
    }

    function test_NobodyAllocatesForTheZeroAddress() public {
        IAccountingV2.CompactSignature memory signature = allocation(CLIENT_KEY, 1, 3, START);
        vm.expectPartialRevert(IAccountingV2.AccountingWrongSigner.selector);
        accounting.allocateBySig(address(0), executor, 1, 3, uint40(START), signature);
    }

    function test_ASessionSignerAllocatesOnlyWhileInForce() public {
        depositAs(client, 10e6);
        authorize(client);
        accounting.allocateBySig(client, executor, 4e6, 1, uint40(START), allocation(SIGNER_KEY, 4e6, 1, START));
        assertEq(channelBalance(), 4e6, "in force");
        vm.prank(client);
        accounting.revokeSigner(sessionSigner);
        IAccountingV2.CompactSignature memory signature = allocation(SIGNER_KEY, 4e6, 2, START);
        vm.expectRevert(abi.encodeWithSelector(IAccountingV2.AccountingWrongSigner.selector, client, sessionSigner));
        accounting.allocateBySig(client, executor, 4e6, 2, uint40(START), signature);
    }

    /* UNLOCK */

    function test_AnUnlockReturnsMoneyAfterTheDelay() public {
        openChannel(10e6);
        vm.startPrank(client);
        vm.expectEmit(address(accounting));
        emit UnlockRequested(client, executor, 6e6, 6e6, START + UNLOCK_DELAY);
        accounting.requestUnlock(executor, 6e6);
        uint256 unlockAt = START + UNLOCK_DELAY;
        vm.warp(unlockAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IAccountingV2.AccountingUnlockPending.selector, unlockAt, unlockAt - 1));
        accounting.finalizeUnlock(executor);
        vm.warp(unlockAt);
        vm.expectEmit(address(accounting));
        emit UnlockFinalized(client, executor, 6e6, 4e6, 6e6);
        accounting.finalizeUnlock(executor);
        vm.stopPrank();
        assertChannel(4e6, 0, 0);
        assertEq(accounting.balanceOf(client), 6e6, "deposit");
    }

    function test_AddingToAnUnlockRestartsItsClock() public {
        openChannel(10e6);
        vm.startPrank(client);
        accounting.requestUnlock(executor, 6e6);
        vm.warp(START + UNLOCK_DELAY - 1);
        accounting.requestUnlock(executor, 1e6);
        vm.stopPrank();
        assertChannel(10e6, 7e6, START + 2 * UNLOCK_DELAY - 1);
    }

    function test_UnlockRefusesBadAmounts() public {
        openChannel(10e6);
        vm.startPrank(client);
        vm.expectRevert(IAccountingV2.AccountingZeroAmount.selector);
        accounting.requestUnlock(executor, 0);
        accounting.requestUnlock(executor, 6e6);
        vm.expectRevert(abi.encodeWithSelector(IAccountingV2.AccountingInsufficientChannel.selector, 4e6, 4e6 + 1));
        accounting.requestUnlock(executor, 4e6 + 1);
        vm.stopPrank();
    }

    function test_ACancelledUnlockStays() public {
        openChannel(10e6);
        vm.startPrank(client);
        accounting.requestUnlock(executor, 6e6);
        vm.expectEmit(address(accounting));
        emit UnlockCancelled(client, executor, 6e6);
        accounting.cancelUnlock(executor);
        assertChannel(10e6, 0, 0);
        vm.expectRevert(IAccountingV2.AccountingNothingUnlocking.selector);
        accounting.cancelUnlock(executor);
        vm.expectRevert(IAccountingV2.AccountingNothingUnlocking.selector);
        accounting.finalizeUnlock(executor);
        vm.stopPrank();
    }

    function test_Attack21_SettlementWinsAgainstAnUnlock() public {
        enrol(MINIMUM_EXECUTOR);
        openChannel(10e6);
        vm.prank(client);
        accounting.requestUnlock(executor, 6e6);
        uint256 unlockAt = ENROLLED + UNLOCK_DELAY;
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, 7e6);
        vm.warp(unlockAt);
        settleOne(pair);
        assertChannel(3e6, 3e6, unlockAt);
        vm.prank(client);
        accounting.finalizeUnlock(executor);
        assertChannel(0, 0, 0);
        assertEq(accounting.balanceOf(client), 3e6, "what was left");
    }

    function test_MoneyAllocatedLaterWaitsForAnUnlockOfItsOwn() public {
        enrol(MINIMUM_EXECUTOR);
        openChannel(10e6);
        vm.prank(client);
        accounting.requestUnlock(executor, 10e6);
        uint256 unlockAt = ENROLLED + UNLOCK_DELAY;
        settleOne(pairOf(1, 0, 9e6));
        openChannel(20e6);
        assertChannel(21e6, 1e6, unlockAt);
        vm.warp(unlockAt);
        vm.prank(client);
        accounting.finalizeUnlock(executor);
        assertChannel(20e6, 0, 0);
    }

    function test_ASettlementThatEmptiesTheChannelEndsItsUnlock() public {
        enrol(MINIMUM_EXECUTOR);
        openChannel(10e6);
        vm.prank(client);
        accounting.requestUnlock(executor, 1e6);
        settleOne(pairOf(1, 0, 10e6));
        assertChannel(0, 0, 0);
    }

    /* RELEASE */

    function test_TheExecutorReleasesAtOnce() public {
        openChannel(10e6);
        vm.expectEmit(address(accounting));
        emit Released(client, executor, 4e6, 6e6, 4e6);
        vm.prank(executor);
        accounting.release(client, 4e6);
        assertChannel(6e6, 0, 0);
        assertEq(accounting.balanceOf(client), 4e6, "deposit");
    }

    function test_AReleaseTakesUnlockingMoneyLast() public {
        openChannel(10e6);
        vm.prank(client);
        accounting.requestUnlock(executor, 6e6);
        vm.startPrank(executor);
        accounting.release(client, 4e6);
        assertChannel(6e6, 6e6, START + UNLOCK_DELAY);
        accounting.release(client, 5e6);
        assertChannel(1e6, 1e6, START + UNLOCK_DELAY);
        accounting.release(client, 1e6);
        assertChannel(0, 0, 0);
        vm.stopPrank();
    }

    function test_AChannelWithOneselfReleasesToo() public {
        depositAs(client, 10e6);
        vm.startPrank(client);
        accounting.allocate(client, 10e6);
        accounting.requestUnlock(client, 2e6);
        accounting.release(client, 9e6);
        vm.stopPrank();
        (uint96 balance, uint96 unlocking, ) = accounting.channels(client, client);
        assertEq(balance, 1e6, "balance");
        assertEq(unlocking, 1e6, "unlocking");
    }

    function test_ReleaseRefusesBadAmountsAndOtherExecutors() public {
        openChannel(10e6);
        vm.startPrank(executor);
        vm.expectRevert(IAccountingV2.AccountingZeroAmount.selector);
        accounting.release(client, 0);
        vm.expectRevert(abi.encodeWithSelector(IAccountingV2.AccountingInsufficientChannel.selector, 10e6, 11e6));
        accounting.release(client, 11e6);
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IAccountingV2.AccountingInsufficientChannel.selector, 0, 1));
        vm.prank(stranger);
        accounting.release(client, 1);
    }

    /* SUPPORT */

    function assertChannel(uint256 balance, uint256 unlocking, uint256 unlockAt) private view {
        (uint96 foundBalance, uint96 foundUnlocking, uint40 foundUnlockAt) = accounting.channels(client, executor);
        assertEq(foundBalance, balance, "channel balance");
        assertEq(foundUnlocking, unlocking, "unlocking");
        assertEq(foundUnlockAt, unlockAt, "unlockAt");
    }

    function allocation(
        uint256 key,
        uint96 amount,
        uint256 nonce,
        uint256 deadline
    ) private view returns (IAccountingV2.CompactSignature memory) {
        bytes32 typeHash = keccak256(
            "Allocation(address client,address executor,uint96 amount,uint256 nonce,uint40 deadline)"
        );
        return compact(key, digestOf(keccak256(abi.encode(typeHash, client, executor, amount, nonce, deadline))));
    }
}
