// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "../../../../contracts/escrow/IAccountingV2.sol";
import {Statements} from "../../../../contracts/libraries/Statements.sol";
import {IDeliveryDisputes} from "../../../../contracts/disputes/delivery/IDeliveryDisputes.sol";
import {DeliveryEvents, DeliveryTest} from "../../support/DeliveryMarket.sol";
import {vm} from "../../support/Vm.sol";

/*
DeliveryDisputes

cancel
├── not open: DeliveryNotOpen; after the deadline: DeliveryTooLate
├── neither the client nor a session signer in force: DeliveryNotClient (a revoked one: DeliveryAttacks.t.sol)
├── a part of the answer is revealed: DeliveryRevealing (DeliveryAttacks.t.sol)
└── otherwise: Cancelled; tail to the executor, all of the bond back
concede
├── not open, too late: as above
├── not by the executor: DeliveryNotExecutor
└── otherwise: Conceded; tail to the client, bond to the opener, half a strike, no slash
    ├── what has matured the executor pays; without allowance nothing happens
    └── the sixth within 30 days: jail
concedeFor, hashConcession
├── not signed by the executor or a session signer in force: StatementWrongSigner
└── otherwise: as by the executor, paid by the caller
poke: DeliveryDefault.t.sol
withdrawBonds
├── to zero: DeliveryZeroAddress; nothing: DeliveryNothingCredited
├── the recipient refuses ether: nothing is lost, another recipient works (DeliveryAttacks.t.sol)
└── otherwise: everything of the caller, BondsWithdrawn
*/
contract DeliveryEndTest is DeliveryTest, DeliveryEvents {
    /* CANCEL */

    /// Else it could withhold an answer until it is disputed, send it then, and earn a part of the bond.
    function test_Attack90_CancellingPaysTheExecutorNothing() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
        bytes32 id = settleAndOpen(pair);
        vm.warp(REVEAL_BY);
        vm.expectEmit(address(delivery));
        emit BondCredited(client, id, BOND);
        vm.expectEmit(address(delivery));
        emit DeliveryClosed(id, client, executor, IDeliveryDisputes.State.Cancelled, client, COST, 0, 0, 0);
        vm.prank(client);
        delivery.cancel(id);
        assertEnded(pair, IDeliveryDisputes.State.Cancelled);
        assertEq(accounting.withdrawableEarnings(executor), COST, "the tail is the executor's");
        assertEq(delivery.bondsOf(executor), 0, "nothing was done for it");
        assertEq(delivery.bondsOf(client), BOND, "so all comes back");
        assertEq(disputesLostBy(client) + disputesLostBy(executor), 0, "nobody lost");
    }

    function test_OnlyTheClientCancels() public {
        bytes32 id = settleAndOpen(pairOf(1, 0, COST));
        vm.expectRevert(abi.encodeWithSelector(IDeliveryDisputes.DeliveryNotClient.selector, client, executor));
        vm.prank(executor);
        delivery.cancel(id);
        authorize(client);
        vm.prank(sessionSigner);
        delivery.cancel(id);
        assertEq(delivery.bondsOf(client), BOND, "to who opened");
    }

    function test_OnlyOpenDisputesAreCancelledOrConceded() public {
        assertNotOpen("unknown", IDeliveryDisputes.State.None);
        bytes32 id = settleAndOpen(pairOf(1, 0, COST));
        vm.prank(client);
        delivery.cancel(id);
        assertNotOpen(id, IDeliveryDisputes.State.Cancelled);
    }

    function test_NobodyCancelsAfterTheDeadline() public {
        bytes32 id = settleAndOpen(pairOf(1, 0, COST));
        vm.warp(REVEAL_BY + 1);
        expectTooLate();
        vm.prank(client);
        delivery.cancel(id);
        expectTooLate();
        vm.prank(executor);
        delivery.concede(id);
    }

    /* CONCEDE */

    function test_AConcessionCostsTheMoneyAndHalfAStrike() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
        bytes32 id = settleAndOpen(pair);
        uint256 before = accounting.balanceOf(client);
        vm.expectEmit(address(delivery));
        emit BondCredited(client, id, BOND);
        vm.expectEmit(address(delivery));
        emit DeliveryClosed(id, client, executor, IDeliveryDisputes.State.Conceded, executor, 0, COST, 0, 0);
        vm.prank(executor);
        delivery.concede(id);
        assertEnded(pair, IDeliveryDisputes.State.Conceded);
        assertEq(accounting.balanceOf(client) - before, COST, "refund");
        assertEq(accounting.withdrawableEarnings(executor), 0, "nothing earned");
        assertEq(delivery.bondsOf(client), BOND, "bond");
        assertEq(strikesOf(executor), 1, "half a strike");
        assertEq(disputesLostBy(executor), 1, "lost");
        assertEq(registry.activeStake(executor), STAKE, "no slash");
    }

    function test_OnlyTheExecutorConcedes() public {
        authorize(executor);
        bytes32 id = settleAndOpen(pairOf(1, 0, COST));
        vm.expectRevert(
            abi.encodeWithSelector(IDeliveryDisputes.DeliveryNotExecutor.selector, executor, sessionSigner)
        );
        vm.prank(sessionSigner);
        delivery.concede(id);
    }

    function test_WhatHasMaturedTheExecutorPaysBack() public {
        (IAccountingV2.SignedPair memory pair, bytes32 id) = openMatured(pairOf(1, 0, COST));
        vm.prank(executor);
        vm.expectPartialRevert(bytes4(keccak256("ERC20InsufficientAllowance(address,uint256,uint256)")));
        delivery.concede(id);

        uint256 before = accounting.balanceOf(client);
        vm.startPrank(executor);
        token.approve(address(delivery), COST);
        vm.expectEmit(address(delivery));
        emit DeliveryClosed(id, client, executor, IDeliveryDisputes.State.Conceded, executor, 0, 0, COST, 0);
        delivery.concede(id);
        vm.stopPrank();
        assertEnded(pair, IDeliveryDisputes.State.Conceded);
        assertEq(accounting.balanceOf(client) - before, COST, "refund");
        assertEq(token.balanceOf(address(delivery)), 0, "nothing stays here");
        assertEq(token.balanceOf(executor), 0, "paid what it had withdrawn");
        assertEq(registry.activeStake(executor), STAKE, "no slash");
    }

    /// An executor whose account the token refuses, or that has nothing, has somebody who pays.
    function test_Attack79_AnyonePaysAConcessionThatTheExecutorSigned() public {
        (IAccountingV2.SignedPair memory pair, bytes32 id) = openMatured(pairOf(1, 0, COST));
        IAccountingV2.CompactSignature memory forged = compact(STRANGER_KEY, delivery.hashConcession(id));
        vm.expectRevert(abi.encodeWithSelector(Statements.StatementWrongSigner.selector, executor, stranger));
        vm.prank(stranger);
        delivery.concedeFor(id, forged);

        IAccountingV2.CompactSignature memory consent = compact(EXECUTOR_KEY, delivery.hashConcession(id));
        (uint256 before, uint256 withExecutor) = (accounting.balanceOf(client), token.balanceOf(executor));
        token.mint(stranger, COST);
        vm.startPrank(stranger);
        token.approve(address(delivery), COST);
        vm.expectEmit(address(delivery));
        emit DeliveryClosed(id, client, executor, IDeliveryDisputes.State.Conceded, stranger, 0, 0, COST, 0);
        delivery.concedeFor(id, consent);
        vm.stopPrank();
        assertEnded(pair, IDeliveryDisputes.State.Conceded);
        assertEq(accounting.balanceOf(client) - before, COST, "refund");
        assertEq(token.balanceOf(stranger), 0, "paid by who came");
        assertEq(token.balanceOf(executor), withExecutor, "and not by the executor");
        assertEq(strikesOf(executor), 1, "whose half a strike it is");
    }

    function test_ARevokedSignerConcedesNothing() public {
        authorize(executor);
        bytes32 id = settleAndOpen(pairOf(1, 0, COST));
        IAccountingV2.CompactSignature memory consent = compact(SIGNER_KEY, delivery.hashConcession(id));
        vm.prank(executor);
        accounting.revokeSigner(sessionSigner);
        vm.expectRevert(abi.encodeWithSelector(Statements.StatementWrongSigner.selector, executor, sessionSigner));
        delivery.concedeFor(id, consent);
    }

    function test_SixConcessionsLeadToJail() public {
        for (uint32 nonce = 1; nonce <= 6; ++nonce) {
            assertTrue(registry.isActive(executor), "not before");
            IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
            pair.request.lane = nonce;
            sign(pair);
            settleOne(pair);
            openAs(client, pair, BOND);
            bytes32 id = idOf(pair);
            vm.prank(executor);
            delivery.concede(id);
        }
        assertTrue(!registry.isActive(executor), "jail");
        assertEq(registry.activeStake(executor), STAKE, "no slash");
    }

    /* BONDS */

    function test_BondsAreWithdrawn() public {
        bytes32 id = settleAndOpen(pairOf(1, 0, COST));
        vm.startPrank(client);
        delivery.cancel(id);
        vm.expectRevert(IDeliveryDisputes.DeliveryZeroAddress.selector);
        delivery.withdrawBonds(address(0));
        vm.expectEmit(address(delivery));
        emit BondsWithdrawn(client, stranger, BOND);
        assertEq(delivery.withdrawBonds(stranger), BOND, "returned");
        assertEq(stranger.balance, BOND, "paid");
        assertEq(delivery.bondsOf(client), 0, "nothing left");
        vm.expectRevert(abi.encodeWithSelector(IDeliveryDisputes.DeliveryNothingCredited.selector, client));
        delivery.withdrawBonds(stranger);
        vm.stopPrank();
        assertEq(address(delivery).balance, 0, "all gone");
    }

    /* SUPPORT */

    function assertNotOpen(bytes32 id, IDeliveryDisputes.State state) private {
        bytes memory refusal = abi.encodeWithSelector(IDeliveryDisputes.DeliveryNotOpen.selector, id, state);
        vm.expectRevert(refusal);
        vm.prank(client);
        delivery.cancel(id);
        vm.expectRevert(refusal);
        vm.prank(executor);
        delivery.concede(id);
    }

    function expectTooLate() private {
        vm.expectRevert(abi.encodeWithSelector(IDeliveryDisputes.DeliveryTooLate.selector, REVEAL_BY, REVEAL_BY + 1));
    }
}
