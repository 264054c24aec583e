// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "../../../../contracts/escrow/IAccountingV2.sol";
import {Statements} from "../../../../contracts/libraries/Statements.sol";
import {IDeliveryDisputes} from "../../../../contracts/disputes/delivery/IDeliveryDisputes.sol";
import {DeliveryEvents, DeliveryTest} from "../../support/DeliveryMarket.sol";
import {vm} from "../../support/Vm.sol";

/*
DeliveryDisputes

constructor
├── accounting zero: DeliveryZeroAddress
├── flat bond zero or above an ether: DeliveryParameterOutOfRange
└── otherwise: the addresses are AccountingV2's
open
├── the response names another request: DeliveryNotResponseToRequest
├── neither the client nor a session signer in force calls: DeliveryNotClient
├── later than 72 hours after the deadline: DeliveryTooLate
├── request or response not signed by its party: StatementWrongSigner
├── bond too small: DeliveryBondTooSmall
├── nothing settled, or acknowledged by a later settled pair: AccountingNoTail
├── the lane was paid more than the response comes to: DeliveryNotSettled
├── disputed before: DeliveryAlreadyDisputed
├── another judge holds the tail: AccountingTailHeld
└── otherwise: Open, DeliveryOpened
    ├── by the client, by a session signer
    ├── the tail is held, matured or not; refund and penalty are frozen
    ├── the penalty has a floor, and is by what was paid, not by what was to be paid
    ├── what another judge gave back is not claimed again
    └── what was sent beyond the bond is credited
openFor, hashConsent
├── consent not signed by the client or a session signer in force, or for somebody else or another answer: StatementWrongSigner
├── all else as in open
└── otherwise: Open; the bond comes back to who posted it
bondFor
└── grows with tokens and base fee, up to the longest answer, and is never nothing
*/
contract DeliveryOpenTest is DeliveryTest, DeliveryEvents {
    /* CONSTRUCTOR */

    function test_TheConstructorChecksItsParameters() public {
        vm.expectRevert(IDeliveryDisputes.DeliveryZeroAddress.selector);
        this.deployWith(address(0), FLAT_BOND);
        vm.expectRevert(outOfRange(0));
        this.deployWith(address(accounting), 0);
        vm.expectRevert(outOfRange(1 ether + 1));
        this.deployWith(address(accounting), 1 ether + 1);
        this.deployWith(address(accounting), 1 ether);
    }

    function test_TheAddressesAreThoseOfAccounting() public view {
        assertEq(delivery.accounting(), address(accounting), "accounting");
        assertEq(delivery.stakeRegistry(), address(registry), "registry");
        assertEq(delivery.flatBond(), FLAT_BOND, "flat bond");
    }

    /* REFUSED */

    function test_OpenNeedsTheResponseToTheRequest() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
        settleOne(pair);
        pair.request.promptHash = keccak256("another");
        bytes32 other = accounting.hashRequest(pair.request);
        vm.expectRevert(abi.encodeWithSelector(IDeliveryDisputes.DeliveryNotResponseToRequest.selector, other));
        openAs(client, pair, BOND);
    }

    function test_OnlyTheClientOpens() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
        settleOne(pair);
        vm.expectRevert(abi.encodeWithSelector(IDeliveryDisputes.DeliveryNotClient.selector, client, stranger));
        openAs(stranger, pair, BOND);
        authorize(stranger);
        vm.expectRevert(abi.encodeWithSelector(IDeliveryDisputes.DeliveryNotClient.selector, client, sessionSigner));
        openAs(sessionSigner, pair, BOND);
    }

    function test_OpenEnds72HoursAfterTheDeadline() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
        settleOne(pair);
        uint256 until = pair.request.deadline + 72 hours;
        vm.warp(until + 1);
        vm.expectRevert(abi.encodeWithSelector(IDeliveryDisputes.DeliveryTooLate.selector, until, until + 1));
        openAs(client, pair, BOND);
        vm.warp(until);
        openAs(client, pair, BOND);
    }

    function test_OpenNeedsBothSignatures() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
        settleOne(pair);
        sign(pair, STRANGER_KEY, EXECUTOR_KEY);
        vm.expectRevert(abi.encodeWithSelector(Statements.StatementWrongSigner.selector, client, stranger));
        openAs(client, pair, BOND);
        sign(pair, CLIENT_KEY, STRANGER_KEY);
        vm.expectRevert(abi.encodeWithSelector(Statements.StatementWrongSigner.selector, executor, stranger));
        openAs(client, pair, BOND);
    }

    function test_OpenNeedsTheBond() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
        settleOne(pair);
        vm.expectRevert(abi.encodeWithSelector(IDeliveryDisputes.DeliveryBondTooSmall.selector, BOND, BOND - 1));
        openAs(client, pair, BOND - 1);
    }

    function test_WhatIsNotSettledIsNotDisputed() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
        vm.expectRevert(abi.encodeWithSelector(IAccountingV2.AccountingNoTail.selector, 0, 0));
        openAs(client, pair, BOND);
    }

    function test_ALaterSettledPairAcknowledges() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
        settleOne(pair);
        settleOne(pairOf(2, COST, 1e6));
        vm.expectRevert(abi.encodeWithSelector(IAccountingV2.AccountingNoTail.selector, 2, COST + 1e6));
        openAs(client, pair, BOND);
    }

    function test_AResponseIsDisputedOnce() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
        bytes32 id = settleAndOpen(pair);
        bytes memory taken = abi.encodeWithSelector(IDeliveryDisputes.DeliveryAlreadyDisputed.selector, id);
        vm.expectRevert(taken);
        openAs(client, pair, BOND);
        vm.prank(client);
        delivery.cancel(id);
        vm.expectRevert(taken);
        openAs(client, pair, BOND);
    }

    function test_AnotherJudgesTailIsNotDisputed() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
        settleOne(pair);
        vm.prank(JUDGE);
        accounting.holdTail(IAccountingV2.Tail(client, executor, 7, 1, 0));
        vm.expectRevert(abi.encodeWithSelector(IAccountingV2.AccountingTailHeld.selector, JUDGE));
        openAs(client, pair, BOND);
    }

    /// Another judge gave a part back: the dispute is about the rest.
    function test_WhatWasGivenBackBeforeIsNotClaimedAgain() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
        settleOne(pair);
        vm.prank(JUDGE);
        accounting.clawBackTail(IAccountingV2.Tail(client, executor, 7, 1, 1e6), false);
        bytes32 id = openAs(client, pair, BOND);
        assertEq(disputeOf(id).paid, 1e6, "the rest");
        assertEq(heldOf(pair), 1e6, "held");
        assertEq(disputeOf(id).penalty, PENALTY, "the penalty is by the answer's whole cost");
    }

    /* OPENED */

    function test_OpenHoldsTheTailAndFreezesThePenalty() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
        settleOne(pair);
        vm.warp(OPENED);
        vm.expectEmit(address(delivery));
        emit DeliveryOpened(
            idOf(pair),
            client,
            executor,
            pair.response.requestHash,
            pair.response.deliveryHash,
            7,
            1,
            client,
            COST,
            COST,
            PENALTY,
            BOND,
            REVEAL_BY
        );
        bytes32 id = openAs(client, pair, BOND);
        assertEq(id, idOf(pair), "id");
        assertEq(heldOf(pair), COST, "held");
        assertEq(accounting.unmaturedTail(executor), 0, "out of the earnings");
        assertEq(frozenOf(id), PENALTY, "frozen");
        assertEq(address(delivery).balance, BOND, "the bond is here");
        assertEq(delivery.bondsOf(client), 0, "nothing beyond it");
        assertOpened(id, client);
    }

    function assertOpened(bytes32 id, address opener) private view {
        IDeliveryDisputes.Delivery memory found = disputeOf(id);
        assertEq(found.opener, opener, "opener");
        assertEq(found.client, client, "client");
        assertEq(found.executor, executor, "executor");
        assertEq(found.revealBy, REVEAL_BY, "revealBy");
        assertEq(uint256(found.state), uint256(IDeliveryDisputes.State.Open), "state");
        assertTrue(!found.revealing, "revealing");
        assertEq(found.paid, COST, "paid");
        assertEq(found.penalty, PENALTY, "penalty");
        assertEq(found.bond, BOND, "bond");
        assertEq(found.nonce, 1, "nonce");
        assertEq(found.ackedCost, 0, "ackedCost");
        assertEq(found.lane, 7, "lane");
    }

    function test_ASessionSignerOpensAndOwnsTheBond() public {
        authorize(client);
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
        settleOne(pair);
        vm.warp(OPENED);
        bytes32 id = openAs(sessionSigner, pair, BOND + 1 ether);
        assertOpened(id, sessionSigner);
        assertEq(delivery.bondsOf(sessionSigner), 1 ether, "its surplus");
        assertEq(delivery.bondsOf(client), 0, "not the client's");
    }

    function test_WhatIsSentBeyondTheBondIsCredited() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
        settleOne(pair);
        vm.expectEmit(address(delivery));
        emit BondCredited(client, idOf(pair), 5);
        openAs(client, pair, BOND + 5);
        assertEq(disputeOf(idOf(pair)).bond, BOND, "the bond is what was asked");
    }

    function test_AnybodyWithTheClientsConsentPostsTheBond() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
        settleOne(pair);
        vm.warp(OPENED);
        IAccountingV2.CompactSignature memory consent = compact(CLIENT_KEY, delivery.hashConsent(stranger, idOf(pair)));
        vm.expectEmit(address(delivery));
        emit BondCredited(stranger, idOf(pair), 7);
        bytes32 id = openForAs(stranger, pair, consent, BOND + 7);
        assertOpened(id, stranger);
        vm.prank(client);
        delivery.cancel(id);
        assertEq(delivery.bondsOf(stranger), BOND + 7, "what comes back is the opener's");
        assertEq(delivery.bondsOf(client), 0, "not the client's");
        vm.expectRevert(abi.encodeWithSelector(IDeliveryDisputes.DeliveryAlreadyDisputed.selector, id));
        openForAs(stranger, pair, consent, BOND);
    }

    /// A default pays the client, whoever posted the bond.
    function test_WhatADefaultPaysIsTheClients() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
        settleOne(pair);
        vm.warp(OPENED);
        IAccountingV2.CompactSignature memory consent = compact(CLIENT_KEY, delivery.hashConsent(stranger, idOf(pair)));
        bytes32 id = openForAs(stranger, pair, consent, BOND);
        uint256 before = accounting.balanceOf(client);
        vm.warp(REVEAL_BY + 1);
        delivery.poke(id);
        assertEq(accounting.balanceOf(client) - before, COST, "the refund");
        assertEq(rewardsOf(client), (PENALTY * 4) / 10, "the victim's share");
        assertEq(rewardsOf(stranger), 0, "nothing for the opener");
        assertEq(delivery.bondsOf(stranger), BOND, "but the bond");
    }

    /// An answer becomes public by a dispute, so that none can be opened without the client's word for this opener and answer.
    function test_Attack89_AConsentIsForOneOpenerAndOneAnswer() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
        settleOne(pair);
        authorize(client);
        bytes32 consentHash = delivery.hashConsent(stranger, idOf(pair));
        expectOtherSigner(pair, compact(STRANGER_KEY, consentHash), stranger);
        expectOtherSigner(pair, compact(CLIENT_KEY, delivery.hashConsent(executor, idOf(pair))), stranger);
        expectOtherSigner(pair, compact(CLIENT_KEY, delivery.hashConsent(stranger, "another")), stranger);
        expectOtherSigner(pair, compact(CLIENT_KEY, consentHash), executor);
        IAccountingV2.CompactSignature memory revoked = compact(SIGNER_KEY, consentHash);
        vm.prank(client);
        accounting.revokeSigner(sessionSigner);
        expectOtherSigner(pair, revoked, stranger);
        openForAs(stranger, pair, compact(CLIENT_KEY, consentHash), BOND);
    }

    function testFuzz_AConsentedDisputeIsTheClientsOwn(uint96 cost, uint96 surplus) public {
        cost = uint96(bound(cost, 1, 300e6));
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, cost);
        settleOne(pair);
        IAccountingV2.CompactSignature memory consent = compact(CLIENT_KEY, delivery.hashConsent(stranger, idOf(pair)));
        IDeliveryDisputes.Delivery memory found = disputeOf(openForAs(stranger, pair, consent, BOND + surplus));
        assertEq(found.client, client, "client");
        assertEq(found.opener, stranger, "opener");
        assertEq(found.paid, cost, "paid");
        assertEq(found.bond, BOND, "bond");
        assertEq(delivery.bondsOf(stranger), surplus, "surplus");
    }

    /// Then refund and penalty both have to come out of stake.
    function test_OfAMaturedTailTheRefundIsFrozenToo() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
        settleOne(pair);
        vm.warp(ENROLLED + 48 hours);
        vm.prank(executor);
        accounting.withdrawEarnings(executor);
        bytes32 id = openAs(client, pair, BOND);
        assertEq(heldOf(pair), 0, "nothing to hold");
        assertEq(frozenOf(id), PENALTY + COST, "frozen");
        assertEq(disputeOf(id).paid, COST, "paid");
    }

    function test_ThePenaltyHasAFloor() public {
        bytes32 id = settleAndOpen(pairOf(1, 0, 200_000));
        assertEq(disputeOf(id).penalty, MINIMUM_EXECUTOR / 100, "at the floor");
        IAccountingV2.SignedPair memory dearer = pairOf(1, 0, 200_001);
        dearer.request.lane = 8;
        sign(dearer);
        settleOne(dearer);
        assertEq(disputeOf(openAs(client, dearer, BOND)).penalty, 1_000_005, "above it");
    }

    /// A response of 2^95 units of which the channel held little. Whoever writes both sides of it can name any sum: for it no
    /// stake is frozen.
    function test_Attack77_AnAnswerThatWasHardlyPaidFreezesLittle() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, 1);
        pair.request.outboundPrice = type(uint96).max;
        pair.request.maxOutboundTokens = 500_000;
        pair.response.outboundTokens = 500_000;
        pair.response.cumulativeCost = uint96((500_000 * uint256(type(uint96).max) + 999_999) / 1e6);
        pair.request.costCap = pair.response.cumulativeCost;
        sign(pair);
        settleOne(pair);
        bytes32 id = openAs(client, pair, delivery.bondFor(500_000));
        assertEq(disputeOf(id).penalty, 5 * 500e6, "five times what was paid");
        assertEq(disputeOf(id).paid, 500e6, "the whole channel");
    }

    /// A shortfall paid a part of the answer; penalty and refund are by what was paid.
    function test_AShortfallIsDisputedAsFarAsItWasPaid() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, 600e6);
        settleOne(pair);
        bytes32 id = openAs(client, pair, BOND);
        assertEq(disputeOf(id).paid, 500e6, "paid");
        assertEq(heldOf(pair), 500e6, "held");
        assertEq(disputeOf(id).penalty, 2_500e6, "penalty");
    }

    function testFuzz_PaidAndPenaltyFollowTheSignedNumbers(uint96 acked, uint96 cost) public {
        acked = uint96(bound(acked, 0, 100e6));
        cost = uint96(bound(cost, 1, 300e6));
        IAccountingV2.SignedPair memory pair = pairOf(4, acked, cost);
        IDeliveryDisputes.Delivery memory found = disputeOf(settleAndOpen(pair));
        assertEq(found.paid, cost, "paid");
        assertEq(found.ackedCost, acked, "ackedCost");
        assertEq(found.penalty, cost > 200_000 ? 5 * uint256(cost) : 1e6, "penalty");
        assertEq(heldOf(pair), cost, "held");
    }

    /* BOND */

    function test_TheBondIsTwiceTheGasOfARevealAndAFlatPart() public {
        assertEq(delivery.bondFor(0), 2 * 200_000 * BASE_FEE + FLAT_BOND, "no tokens");
        assertEq(delivery.bondFor(1_000), 2 * (200_000 + 50 * 8_000) * BASE_FEE + FLAT_BOND, "a thousand");
        uint256 longest = 2 * (200_000 + 50 * 1_048_576) * BASE_FEE + FLAT_BOND;
        assertEq(delivery.bondFor(131_072), longest, "the longest");
        assertEq(delivery.bondFor(type(uint32).max), longest, "no more than that");
        vm.fee(0);
        assertEq(delivery.bondFor(1_000), FLAT_BOND, "never nothing");
    }

    /* SUPPORT */

    function openForAs(
        address sender,
        IAccountingV2.SignedPair memory pair,
        IAccountingV2.CompactSignature memory consent,
        uint256 value
    ) private returns (bytes32) {
        vm.deal(sender, sender.balance + value);
        vm.prank(sender);
        return delivery.openFor{value: value}(pair, consent);
    }

    /// Who was recovered follows from the digest that the contract makes; that it is not the client is what matters.
    function expectOtherSigner(
        IAccountingV2.SignedPair memory pair,
        IAccountingV2.CompactSignature memory consent,
        address sender
    ) private {
        vm.deal(sender, sender.balance + BOND);
        vm.expectPartialRevert(Statements.StatementWrongSigner.selector);
        vm.prank(sender);
        delivery.openFor{value: BOND}(pair, consent);
    }

    function deployWith(address accounting_, uint256 flatBond) external {
        deployDelivery(accounting_, flatBond);
    }

    function outOfRange(uint256 asked) private pure returns (bytes memory) {
        bytes32 name = "flatBond";
        return abi.encodeWithSelector(IDeliveryDisputes.DeliveryParameterOutOfRange.selector, name, 1, 1 ether, asked);
    }
}
