// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "../../../contracts/escrow/IAccountingV2.sol";
import {MarketTest} from "../support/Market.sol";
import {vm} from "../support/Vm.sol";

/*
AccountingV2

withdrawBySig
├── to zero: AccountingZeroAddress; more than the deposit: AccountingInsufficientDeposit
├── after the deadline: AccountingDeadlinePassed
├── signed by a stranger, by a revoked session signer, for other numbers: AccountingWrongSigner
├── by a session signer to anybody but the client: AccountingWrongSigner
├── nonce used, by whatever was signed before: AccountingNonceUsed
└── otherwise: as withdraw, sent by anyone
requestUnlockBySig
├── signed by a stranger, after the deadline, nonce used: as above
└── otherwise, also by a session signer in force: as requestUnlock, sent by anyone
finalizeUnlockFor
├── nothing unlocking: AccountingNothingUnlocking; too early: AccountingUnlockPending
└── otherwise: as by the client
balanceOf, lanes, earnings, executorStats, clientStats, signers
└── what the books say, wherever they change
*/
contract SignedOrdersTest is MarketTest {
    event Withdrawn(address indexed client, address indexed to, uint256 amount, uint256 balance);
    event UnlockRequested(
        address indexed client,
        address indexed executor,
        uint256 amount,
        uint256 unlocking,
        uint256 unlockAt
    );

    function setUp() public override {
        super.setUp();
        depositAs(client, 10e6);
        authorize(client);
    }

    /* WITHDRAW */

    function test_AnyoneSendsASignedWithdrawal() public {
        IAccountingV2.CompactSignature memory signature = withdrawal(CLIENT_KEY, executor, 4e6, 1);
        vm.expectEmit(address(accounting));
        emit Withdrawn(client, executor, 4e6, 6e6);
        vm.prank(stranger);
        accounting.withdrawBySig(client, executor, 4e6, 1, uint40(START), signature);
        assertEq(token.balanceOf(executor), 4e6, "arrived");
        vm.expectRevert(abi.encodeWithSelector(IAccountingV2.AccountingNonceUsed.selector, client, 1));
        accounting.withdrawBySig(client, executor, 4e6, 1, uint40(START), signature);
    }

    function test_AWithdrawalKeepsItsNumbers() public {
        IAccountingV2.CompactSignature memory signature = withdrawal(CLIENT_KEY, executor, 4e6, 1);
        vm.expectPartialRevert(IAccountingV2.AccountingWrongSigner.selector);
        accounting.withdrawBySig(client, stranger, 4e6, 1, uint40(START), signature);
        vm.expectPartialRevert(IAccountingV2.AccountingWrongSigner.selector);
        accounting.withdrawBySig(client, executor, 4e6 + 1, 1, uint40(START), signature);
        vm.expectPartialRevert(IAccountingV2.AccountingWrongSigner.selector);
        accounting.withdrawBySig(client, executor, 4e6, 2, uint40(START), signature);
        vm.expectPartialRevert(IAccountingV2.AccountingWrongSigner.selector);
        accounting.withdrawBySig(client, executor, 4e6, 1, uint40(START + 1), signature);
        vm.warp(START + 1);
        vm.expectRevert(abi.encodeWithSelector(IAccountingV2.AccountingDeadlinePassed.selector, START, START + 1));
        accounting.withdrawBySig(client, executor, 4e6, 1, uint40(START), signature);
    }

    function test_AWithdrawalIsWithinTheDeposit() public {
        IAccountingV2.CompactSignature memory signature = withdrawal(CLIENT_KEY, executor, 11e6, 1);
        vm.expectRevert(abi.encodeWithSelector(IAccountingV2.AccountingInsufficientDeposit.selector, 10e6, 11e6));
        accounting.withdrawBySig(client, executor, 11e6, 1, uint40(START), signature);
        signature = withdrawal(CLIENT_KEY, address(0), 1e6, 1);
        vm.expectRevert(IAccountingV2.AccountingZeroAddress.selector);
        accounting.withdrawBySig(client, address(0), 1e6, 1, uint40(START), signature);
        assertTrue(!accounting.isAllocationNonceUsed(client, 1), "nothing happened");
    }

    /// A session key that was stolen empties no deposit: it pays to the client and nobody else.
    function test_Attack85_ASessionSignerWithdrawsToTheClientAlone() public {
        IAccountingV2.CompactSignature memory signature = withdrawal(SIGNER_KEY, sessionSigner, 4e6, 1);
        vm.expectRevert(abi.encodeWithSelector(IAccountingV2.AccountingWrongSigner.selector, client, sessionSigner));
        accounting.withdrawBySig(client, sessionSigner, 4e6, 1, uint40(START), signature);
        accounting.withdrawBySig(client, client, 4e6, 1, uint40(START), withdrawal(SIGNER_KEY, client, 4e6, 1));
        assertEq(token.balanceOf(client), 4e6, "the client has it");
        vm.prank(client);
        accounting.revokeSigner(sessionSigner);
        signature = withdrawal(SIGNER_KEY, client, 4e6, 2);
        vm.expectRevert(abi.encodeWithSelector(IAccountingV2.AccountingWrongSigner.selector, client, sessionSigner));
        accounting.withdrawBySig(client, client, 4e6, 2, uint40(START), signature);
    }

    /* UNLOCK */

    function test_AnyoneSendsASignedUnlockAndEndsIt() public {
        vm.prank(client);
        accounting.allocate(executor, 10e6);
        IAccountingV2.CompactSignature memory signature = unlock(SIGNER_KEY, 4e6, 1);
        uint256 unlockAt = START + UNLOCK_DELAY;
        vm.expectEmit(address(accounting));
        emit UnlockRequested(client, executor, 4e6, 4e6, unlockAt);
        vm.prank(stranger);
        accounting.requestUnlockBySig(client, executor, 4e6, 1, uint40(START), signature);
        vm.expectRevert(abi.encodeWithSelector(IAccountingV2.AccountingNonceUsed.selector, client, 1));
        accounting.requestUnlockBySig(client, executor, 4e6, 1, uint40(START), signature);
        vm.warp(unlockAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IAccountingV2.AccountingUnlockPending.selector, unlockAt, unlockAt - 1));
        accounting.finalizeUnlockFor(client, executor);
        vm.warp(unlockAt);
        vm.prank(stranger);
        accounting.finalizeUnlockFor(client, executor);
        assertEq(accounting.balanceOf(client), 4e6, "free");
        assertEq(channelBalance(), 6e6, "left");
        vm.expectRevert(IAccountingV2.AccountingNothingUnlocking.selector);
        accounting.finalizeUnlockFor(client, executor);
    }

    function test_OnlyTheClientsSignatureUnlocks() public {
        vm.prank(client);
        accounting.allocate(executor, 10e6);
        IAccountingV2.CompactSignature memory signature = unlock(STRANGER_KEY, 4e6, 1);
        vm.expectRevert(abi.encodeWithSelector(IAccountingV2.AccountingWrongSigner.selector, client, stranger));
        accounting.requestUnlockBySig(client, executor, 4e6, 1, uint40(START), signature);
        // An allocation has the same numbers, and is another type.
        bytes32 typeHash = keccak256(
            "Allocation(address client,address executor,uint96 amount,uint256 nonce,uint40 deadline)"
        );
        signature = compact(CLIENT_KEY, digestOf(keccak256(abi.encode(typeHash, client, executor, 4e6, 1, START))));
        vm.expectPartialRevert(IAccountingV2.AccountingWrongSigner.selector);
        accounting.requestUnlockBySig(client, executor, 4e6, 1, uint40(START), signature);
    }

    /* SUPPORT */

    function withdrawal(
        uint256 key,
        address to,
        uint256 amount,
        uint256 nonce
    ) private view returns (IAccountingV2.CompactSignature memory) {
        bytes32 typeHash = keccak256(
            "Withdrawal(address client,address to,uint256 amount,uint256 nonce,uint40 deadline)"
        );
        return compact(key, digestOf(keccak256(abi.encode(typeHash, client, to, amount, nonce, START))));
    }

    function unlock(
        uint256 key,
        uint96 amount,
        uint256 nonce
    ) private view returns (IAccountingV2.CompactSignature memory) {
        bytes32 typeHash = keccak256(
            "Unlock(address client,address executor,uint96 amount,uint256 nonce,uint40 deadline)"
        );
        return compact(key, digestOf(keccak256(abi.encode(typeHash, client, executor, amount, nonce, START))));
    }
}
