// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "../../../../contracts/escrow/IAccountingV2.sol";
import {Statements} from "../../../../contracts/libraries/Statements.sol";
import {IDeliveryDisputes} from "../../../../contracts/disputes/delivery/IDeliveryDisputes.sol";
import {DeliveryEvents, DeliveryTest} from "../../support/DeliveryMarket.sol";
import {vm} from "../../support/Vm.sol";

/*
DeliveryDisputes

rebutByRequest
├── not open: DeliveryNotOpen; after the deadline: DeliveryTooLate
├── another client, executor or lane, or not a later nonce: DeliveryNotAcknowledgement
├── neither names the response nor acknowledges what it comes to: DeliveryNotAcknowledgement
├── not signed by the client or a session signer that counts: StatementWrongSigner
└── otherwise: Rejected; tail and bond to the executor, the client's dispute is lost
    ├── it names the response
    └── it acknowledges enough
rebutByAck
├── not open, too late: as above
├── the request is not the response's: DeliveryNotResponseToRequest
├── not signed by the client or a session signer that counts: StatementWrongSigner
└── otherwise: Rejected
*/
contract DeliveryRebutTest is DeliveryTest, DeliveryEvents {
    IAccountingV2.SignedPair private _pair;
    bytes32 private _id;

    function setUp() public override {
        super.setUp();
        authorize(client);
        _pair = pairOf(3, 1e6, COST);
        _id = settleAndOpen(_pair);
    }

    /* BY REQUEST */

    function test_ARequestThatNamesTheResponseRebuts() public {
        (IAccountingV2.LlmRequestCommitment memory later, ) = laterThan(_pair, CLIENT_KEY);
        later.ackedCost = 0;
        IAccountingV2.CompactSignature memory signature = compact(CLIENT_KEY, accounting.hashRequest(later));
        vm.expectEmit(address(delivery));
        emit BondCredited(executor, _id, BOND);
        vm.expectEmit(address(delivery));
        emit DeliveryClosed(_id, client, executor, IDeliveryDisputes.State.Rejected, stranger, COST, 0, 0, 0);
        vm.prank(stranger);
        delivery.rebutByRequest(_pair.response, later, signature);
        assertRejected();
    }

    function test_ARequestThatAcknowledgesEnoughRebuts() public {
        (IAccountingV2.LlmRequestCommitment memory later, ) = laterThan(_pair, CLIENT_KEY);
        later.prevResponseHash = keccak256("another answer of that lane");
        later.ackedCost = _pair.response.cumulativeCost - 1;
        IAccountingV2.CompactSignature memory signature = compact(CLIENT_KEY, accounting.hashRequest(later));
        vm.expectRevert(IDeliveryDisputes.DeliveryNotAcknowledgement.selector);
        delivery.rebutByRequest(_pair.response, later, signature);
        later.ackedCost += 1;
        delivery.rebutByRequest(_pair.response, later, compact(CLIENT_KEY, accounting.hashRequest(later)));
        assertRejected();
    }

    function test_OnlyALaterRequestOfTheLaneRebuts() public {
        (IAccountingV2.LlmRequestCommitment memory later, ) = laterThan(_pair, CLIENT_KEY);
        later.nonce = _pair.request.nonce;
        expectNoAcknowledgement(later);
        later.nonce += 1;
        later.lane = 8;
        expectNoAcknowledgement(later);
        later.lane = 7;
        later.executor = stranger;
        expectNoAcknowledgement(later);
        later.executor = executor;
        later.client = stranger;
        expectNoAcknowledgement(later);
    }

    function test_TheLaterRequestIsTheClients() public {
        (IAccountingV2.LlmRequestCommitment memory later, IAccountingV2.CompactSignature memory forged) = laterThan(
            _pair,
            EXECUTOR_KEY
        );
        vm.expectRevert(abi.encodeWithSelector(Statements.StatementWrongSigner.selector, client, executor));
        delivery.rebutByRequest(_pair.response, later, forged);
    }

    /// A signer counts for requests with deadlines up to its thaw's end, and for no later one.
    function test_ARevokedSignersRequestFollowsTheRuleOfSigners() public {
        vm.prank(client);
        accounting.revokeSigner(sessionSigner);
        (IAccountingV2.LlmRequestCommitment memory later, ) = laterThan(_pair, SIGNER_KEY);
        later.deadline = uint40(OPENED + UNLOCK_DELAY + 1);
        IAccountingV2.CompactSignature memory signature = compact(SIGNER_KEY, accounting.hashRequest(later));
        vm.expectRevert(abi.encodeWithSelector(Statements.StatementWrongSigner.selector, client, sessionSigner));
        delivery.rebutByRequest(_pair.response, later, signature);
        later.deadline -= 1;
        delivery.rebutByRequest(_pair.response, later, compact(SIGNER_KEY, accounting.hashRequest(later)));
        assertRejected();
    }

    /* BY ACK */

    function test_AnAckRebuts() public {
        IAccountingV2.CompactSignature memory ack = ackOf(_pair, CLIENT_KEY);
        vm.expectEmit(address(delivery));
        emit DeliveryClosed(_id, client, executor, IDeliveryDisputes.State.Rejected, executor, COST, 0, 0, 0);
        vm.prank(executor);
        delivery.rebutByAck(_pair.request, _pair.response, ack);
        assertRejected();
    }

    /// Attack 23: a client that lets its signer acknowledge, and revokes it then.
    function test_Attack23_ARevokedSignersAckCountsAsUnderTheRequest() public {
        IAccountingV2.CompactSignature memory ack = ackOf(_pair, SIGNER_KEY);
        vm.prank(client);
        accounting.revokeSigner(sessionSigner);
        delivery.rebutByAck(_pair.request, _pair.response, ack);
        assertRejected();
    }

    function test_AnAckIsTheClientsAndOfThisResponse() public {
        IAccountingV2.CompactSignature memory ack = ackOf(_pair, EXECUTOR_KEY);
        vm.expectRevert(abi.encodeWithSelector(Statements.StatementWrongSigner.selector, client, executor));
        delivery.rebutByAck(_pair.request, _pair.response, ack);
        // Of another response: somebody else seems to have signed.
        ack = ackOf(pairOf(4, 1e6, COST), CLIENT_KEY);
        vm.expectPartialRevert(Statements.StatementWrongSigner.selector);
        delivery.rebutByAck(_pair.request, _pair.response, ack);
    }

    /// Or the executor could name itself as the client, and acknowledge.
    function test_AnAckNeedsTheRequestOfTheResponse() public {
        IAccountingV2.LlmRequestCommitment memory other = pairOf(3, 1e6, COST).request;
        other.client = executor;
        IAccountingV2.CompactSignature memory ack = ackOf(_pair, EXECUTOR_KEY);
        bytes32 hash = accounting.hashRequest(other);
        vm.expectRevert(abi.encodeWithSelector(IDeliveryDisputes.DeliveryNotResponseToRequest.selector, hash));
        delivery.rebutByAck(other, _pair.response, ack);
    }

    /// Attack 6: signatures of other types, which the client gave for other things, are no acknowledgement.
    function test_Attack06_TheClientsRequestIsNoAck() public {
        vm.expectPartialRevert(Statements.StatementWrongSigner.selector);
        delivery.rebutByAck(_pair.request, _pair.response, _pair.clientSignature);
    }

    /* TIME AND STATE */

    function test_RebuttalsEndWithTheDeadline() public {
        (IAccountingV2.LlmRequestCommitment memory later, IAccountingV2.CompactSignature memory signature) = laterThan(
            _pair,
            CLIENT_KEY
        );
        IAccountingV2.CompactSignature memory ack = ackOf(_pair, CLIENT_KEY);
        vm.warp(REVEAL_BY + 1);
        bytes memory late = abi.encodeWithSelector(
            IDeliveryDisputes.DeliveryTooLate.selector,
            REVEAL_BY,
            REVEAL_BY + 1
        );
        vm.expectRevert(late);
        delivery.rebutByRequest(_pair.response, later, signature);
        vm.expectRevert(late);
        delivery.rebutByAck(_pair.request, _pair.response, ack);
        vm.warp(REVEAL_BY);
        delivery.rebutByRequest(_pair.response, later, signature);
        bytes memory over = abi.encodeWithSelector(
            IDeliveryDisputes.DeliveryNotOpen.selector,
            _id,
            IDeliveryDisputes.State.Rejected
        );
        vm.expectRevert(over);
        delivery.rebutByRequest(_pair.response, later, signature);
        vm.expectRevert(over);
        delivery.rebutByAck(_pair.request, _pair.response, ack);
    }

    /* SUPPORT */

    function expectNoAcknowledgement(IAccountingV2.LlmRequestCommitment memory later) private {
        IAccountingV2.CompactSignature memory signature = compact(CLIENT_KEY, accounting.hashRequest(later));
        vm.expectRevert(IDeliveryDisputes.DeliveryNotAcknowledgement.selector);
        delivery.rebutByRequest(_pair.response, later, signature);
    }

    function assertRejected() private view {
        assertEnded(_pair, IDeliveryDisputes.State.Rejected);
        assertEq(accounting.withdrawableEarnings(executor), 1e6 + COST, "mature at once");
        assertEq(delivery.bondsOf(executor), BOND, "the bond is the executor's");
        assertEq(delivery.bondsOf(client), 0, "not the client's");
        assertEq(disputesLostBy(client), 1, "the client lost");
        assertEq(disputesLostBy(executor), 0, "the executor did not");
        assertEq(delivery.forcedReveals(executor), 0, "nothing was revealed");
        assertEq(registry.activeStake(executor), STAKE, "stake");
    }
}
