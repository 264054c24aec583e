// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "../../../../contracts/escrow/IAccountingV2.sol";
import {Statements} from "../../../../contracts/libraries/Statements.sol";
import {IDeliveryDisputes} from "../../../../contracts/disputes/delivery/IDeliveryDisputes.sol";
import {IEquivocationDisputes} from "../../../../contracts/disputes/equivocation/IEquivocationDisputes.sol";
import {DeliveryTest} from "../../support/DeliveryMarket.sol";
import {Tree} from "../../support/Tree.sol";
import {vm} from "../../support/Vm.sol";

/*
One answer, two punishments (attack 38)
├── disputed and lost: no second dispute, and an equivocation of the same request refunds nothing twice
└── clawed back by an equivocation: nothing is left to dispute
Two requests of one nonce (attack 40)
├── the second was not answered: no case
├── both were answered, the lane was paid more than one of them comes to: that one is no case
└── both were answered and cover what was paid: one of them is disputed, once
The lane goes on during a dispute
├── the later request rebuts
└── if nobody shows it, the default takes nothing of the later answer
*/
contract DeliveryNoncesTest is DeliveryTest {
    bytes private constant SHORT = "Rayleigh scattering.";

    /// One answer, one slash here; two responses to one request are another fault, and its tail is given back once.
    function test_Attack38_OneAnswerIsPunishedOnce() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
        bytes32 id = settleAndOpen(pair);
        vm.warp(REVEAL_BY + 1);
        delivery.poke(id);
        vm.expectPartialRevert(IDeliveryDisputes.DeliveryNotOpen.selector);
        delivery.poke(id);
        vm.expectPartialRevert(IDeliveryDisputes.DeliveryAlreadyDisputed.selector);
        openAs(client, pair, BOND);
        uint256 refunded = accounting.balanceOf(client);
        proveAnother(pair);
        assertEq(accounting.balanceOf(client), refunded, "no second refund");
    }

    /// And the other way round: what an equivocation gave back is nobody's tail.
    function test_Attack38_AClawedBackTailIsNotDisputed() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
        settleOne(pair);
        proveAnother(pair);
        assertEq(accounting.balanceOf(client), COST, "refund");
        vm.expectRevert(abi.encodeWithSelector(IAccountingV2.AccountingNoTail.selector, 1, COST));
        openAs(client, pair, BOND);
    }

    /// The second request has no response: there is nothing to dispute but what the executor answered.
    function test_Attack40_AnUnansweredRequestOfTheNonceIsNoCase() public {
        IAccountingV2.SignedPair memory pair = pairAbout(SHORT);
        settleOne(pair);
        IAccountingV2.SignedPair memory crafted = pairAbout(SHORT);
        crafted.request.promptHash = keccak256("something else");
        sign(crafted, CLIENT_KEY, CLIENT_KEY);
        vm.expectRevert(abi.encodeWithSelector(Statements.StatementWrongSigner.selector, executor, client));
        openAs(client, crafted, BOND);
    }

    /// The executor answered both requests of a nonce; the lane was paid for the dearer answer. The cheaper one, which
    /// acknowledges less, gives no claim on what the other was paid.
    function test_Attack40_ACheaperPairOfTheNonceIsNoCase() public {
        IAccountingV2.SignedPair memory cheap = pairOf(5, 0, COST);
        IAccountingV2.SignedPair memory dear = pairOf(5, 20e6, COST);
        settleOne(dear);
        vm.expectRevert(abi.encodeWithSelector(IDeliveryDisputes.DeliveryNotSettled.selector, 20e6 + COST, COST));
        openAs(client, cheap, BOND);
    }

    /// Both answers are disputable if both cover what was paid, but only one of them is disputed, and never for more than
    /// it was to cost.
    function test_Attack40_OneOfTwoPairsOfANonceIsDisputed() public {
        IAccountingV2.SignedPair memory settled = pairOf(5, 20e6, COST);
        settleOne(settled);
        IAccountingV2.SignedPair memory other = pairOf(5, 0, 20e6 + COST);
        other.response.deliveryHash = Tree.rootOf(SHORT);
        sign(other);
        bytes32 id = openAs(client, other, BOND);
        assertEq(disputeOf(id).paid, 20e6 + COST, "what it was to cost");
        vm.expectPartialRevert(IDeliveryDisputes.DeliveryAlreadyDisputed.selector);
        openAs(client, settled, BOND);
        delivery.reveal(other.response, SHORT);
        assertEnded(other, IDeliveryDisputes.State.Delivered);
        vm.expectRevert(abi.encodeWithSelector(IDeliveryDisputes.DeliveryAlreadyDisputed.selector, id));
        openAs(client, settled, BOND);
    }

    /// The lane goes on while an answer of it is disputed: the later request, which it needs for that, rebuts.
    function test_ALaneSettledFurtherChangesNothingByItself() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
        bytes32 id = settleAndOpen(pair);
        IAccountingV2.SignedPair memory later = pairOf(2, COST, 1e6);
        settleOne(later);
        assertEq(uint256(disputeOf(id).state), uint256(IDeliveryDisputes.State.Open), "still open");
        delivery.rebutByRequest(pair.response, later.request, later.clientSignature);
        assertEnded(pair, IDeliveryDisputes.State.Rejected);
        assertEq(accounting.withdrawableEarnings(executor), COST, "the disputed one");
        assertEq(accounting.unmaturedTail(executor), 1e6, "the later one matures as ever");
    }

    /// Nobody showed the later request in time: the default stands, and takes no more than the disputed answer.
    function test_ADefaultTouchesNoLaterAnswer() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
        bytes32 id = settleAndOpen(pair);
        settleOne(pairOf(2, COST, 1e6));
        vm.warp(REVEAL_BY + 1);
        delivery.poke(id);
        assertEq(accounting.balanceOf(client), COST, "the disputed one");
        assertEq(accounting.unmaturedTail(executor), 1e6, "the later one is untouched");
    }

    /* SUPPORT */

    /// Proves that the executor signed another response to the request, too.
    function proveAnother(IAccountingV2.SignedPair memory pair) private {
        IEquivocationDisputes.ResponseProof memory proof;
        proof.request = pair.request;
        (proof.first, proof.firstSignature) = (pair.response, pair.executorSignature);
        IAccountingV2.SignedPair memory second = pairOf(pair.request.nonce, pair.request.ackedCost, COST);
        second.request = pair.request;
        second.response.contentHash = keccak256("another answer");
        sign(second);
        (proof.second, proof.secondSignature) = (second.response, second.executorSignature);
        disputes.proveEquivocation(proof, 0);
    }
}
