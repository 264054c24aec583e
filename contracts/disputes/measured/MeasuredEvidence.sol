// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IMeasuredDisputes} from "./IMeasuredDisputes.sol";
import {IMeasuredEvidence} from "./IMeasuredEvidence.sol";
import {IAccountingV2} from "../../escrow/IAccountingV2.sol";
import {Commitments} from "../../libraries/Commitments.sol";
import {Statements} from "../../libraries/Statements.sol";
import {Costs} from "../../libraries/Costs.sol";
import {Evidence} from "../../libraries/Evidence.sol";
import {IStakeRegistry} from "../../stake/IStakeRegistry.sol";

/// @title MeasuredEvidence
/// @dev Every answer is checked on chain instead of a Merkle root over them: a root would leave to jurors what signatures
/// decide, and to the execution of a verdict what to pay back. At 64 answers that costs less than two thirds of what a
/// transaction may.
contract MeasuredEvidence is IMeasuredEvidence {
    using Commitments for IAccountingV2.LlmRequestCommitment;
    using Commitments for IAccountingV2.LlmResponseCommitment;

    /* CONSTANTS */

    /// @notice Most answers in one dispute.
    uint256 public constant MAX_ANSWERS = 64;
    /// @notice How long after its request's deadline an answer can be complained of.
    uint256 public constant EVIDENCE_WINDOW = Evidence.WINDOW;

    bytes32 private constant CONSENT_TYPEHASH = keccak256("DisputeConsent(address challenger,bytes32 requestHash)");

    /* IMMUTABLES */

    /// @inheritdoc IMeasuredEvidence
    address public immutable override accounting;

    address private immutable _stakeRegistry;

    /* CONSTRUCTOR */

    /// @param accounting_ Whose receipts are checked.
    constructor(address accounting_) {
        require(accounting_ != address(0), IMeasuredDisputes.MeasuredZeroAddress());
        accounting = accounting_;
        _stakeRegistry = IAccountingV2(accounting_).stakeRegistry();
    }

    /* VIEWS */

    /// @inheritdoc IMeasuredEvidence
    function check(
        IMeasuredDisputes.Kind kind,
        address challenger,
        address payer,
        IMeasuredDisputes.DisputedAnswer[] calldata disputed
    ) external view returns (address executor, Answer[] memory answers) {
        uint256 count = disputed.length;
        require(count != 0 && count <= MAX_ANSWERS, IMeasuredDisputes.MeasuredAnswerCount(MAX_ANSWERS, count));
        executor = disputed[0].pair.request.executor;
        require(executor != challenger && executor != payer, IMeasuredDisputes.MeasuredOwnAnswers(executor));
        _requireRegistered(executor);
        bytes32 domain = IAccountingV2(accounting).domainSeparator();
        answers = new Answer[](count);
        bool others = false;
        for (uint256 i = 0; i < count; ++i) {
            address found = disputed[i].pair.request.executor;
            require(found == executor, IMeasuredDisputes.MeasuredWrongExecutor(executor, found));
            answers[i] = _check(kind, domain, payer, disputed[i]);
            address client = answers[i].client;
            if (client == challenger) continue;
            others = true;
            require(challenger == payer, IMeasuredDisputes.MeasuredNotClient(client, challenger));
        }
        if (others) _requireValidator(challenger);
    }

    /// @inheritdoc IMeasuredEvidence
    function hashConsent(address challenger, bytes32 requestHash) external view returns (bytes32) {
        return _hashConsent(IAccountingV2(accounting).domainSeparator(), challenger, requestHash);
    }

    /* INTERNAL */

    function _check(
        IMeasuredDisputes.Kind kind,
        bytes32 domain,
        address payer,
        IMeasuredDisputes.DisputedAnswer calldata disputed
    ) private view returns (Answer memory answer) {
        IAccountingV2.LlmRequestCommitment calldata request = disputed.pair.request;
        (answer.requestHash, answer.responseHash) = _requireSigned(domain, payer, disputed);
        uint256 until = request.deadline + EVIDENCE_WINDOW;
        require(block.timestamp <= until, IMeasuredDisputes.MeasuredTooOld(until, block.timestamp));
        answer.client = request.client;
        answer.lane = request.lane;
        answer.nonce = request.nonce;
        answer.ackedCost = request.ackedCost;
        (answer.paid, answer.isTail) = _paidFor(request, disputed.pair.response.cumulativeCost);
        if (kind != IMeasuredDisputes.Kind.TokenInflation) return answer;
        answer.inboundTokens = disputed.inboundTokens;
        answer.outboundTokens = disputed.outboundTokens;
        answer.overcharge = _overchargeOf(disputed);
    }

    function _requireSigned(
        bytes32 domain,
        address payer,
        IMeasuredDisputes.DisputedAnswer calldata disputed
    ) private view returns (bytes32 requestHash, bytes32 responseHash) {
        IAccountingV2.SignedPair calldata pair = disputed.pair;
        IAccountingV2.LlmRequestCommitment calldata request = pair.request;
        requestHash = Statements.digestOf(domain, request.hashStruct());
        bytes32 named = pair.response.requestHash;
        require(named == requestHash, IMeasuredDisputes.MeasuredWrongRequestHash(requestHash, named));
        responseHash = Statements.digestOf(domain, pair.response.hashStruct());
        uint40 deadline = request.deadline;
        Statements.requireSigned(accounting, request.client, deadline, requestHash, pair.clientSignature);
        Statements.requireSigned(accounting, request.executor, deadline, responseHash, pair.executorSignature);
        if (request.client == payer) return (requestHash, responseHash);
        bytes32 consentHash = _hashConsent(domain, payer, requestHash);
        Statements.requireSigned(accounting, request.client, deadline, consentHash, disputed.consent);
    }

    /// @dev A lane that was paid more than its newest pair asks for was paid by another pair with the same nonce, and its tail
    /// is not this answer's.
    function _paidFor(
        IAccountingV2.LlmRequestCommitment calldata request,
        uint96 cumulativeCost
    ) private view returns (uint256 paid, bool isTail) {
        (address client, address executor, uint64 lane) = (request.client, request.executor, request.lane);
        IAccountingV2 escrow = IAccountingV2(accounting);
        (uint96 cost, , , uint32 newest) = escrow.lanes(client, executor, lane);
        paid = Math.saturatingSub(Math.min(cost, cumulativeCost), request.ackedCost);
        bool settled = newest >= request.nonce && paid != 0;
        require(settled, IMeasuredDisputes.MeasuredNotPaid(client, lane, request.nonce));
        if (newest != request.nonce || cost > cumulativeCost) return (paid, false);
        (address judge, , uint96 refunded, bool lost, ) = escrow.tailHold(client, executor, lane, newest);
        isTail = judge == address(0) && !lost && paid > refunded;
    }

    function _requireRegistered(address executor) private view {
        (IStakeRegistry.Role role, , , , , , , ) = IStakeRegistry(_stakeRegistry).members(executor);
        require(role == IStakeRegistry.Role.Executor, IMeasuredDisputes.MeasuredNotRegistered(executor));
    }

    function _requireValidator(address challenger) private view {
        (IStakeRegistry.Role role, uint40 activeSince, , , , , , ) = IStakeRegistry(_stakeRegistry).members(challenger);
        bool active = role == IStakeRegistry.Role.Validator && activeSince != 0;
        require(active, IMeasuredDisputes.MeasuredNotValidator(challenger));
    }

    /// @dev What is stated beyond what the challenger counted, in money; jurors say whether it counted right. A failed
    /// answer costs nothing.
    function _overchargeOf(IMeasuredDisputes.DisputedAnswer calldata disputed) private pure returns (uint256) {
        IAccountingV2.LlmRequestCommitment calldata request = disputed.pair.request;
        IAccountingV2.LlmResponseCommitment calldata response = disputed.pair.response;
        (uint32 inbound, uint32 outbound) = (disputed.inboundTokens, disputed.outboundTokens);
        (uint32 statedInbound, uint32 statedOutbound) = (response.inboundTokens, response.outboundTokens);
        require(inbound <= statedInbound, IMeasuredDisputes.MeasuredCountAboveStated(statedInbound, inbound));
        require(outbound <= statedOutbound, IMeasuredDisputes.MeasuredCountAboveStated(statedOutbound, outbound));
        if (response.finishReason == 0) return 0;
        // Not below zero: a cost never falls when a count rises.
        return
            Costs.costUp(statedInbound, statedOutbound, request.inboundPrice, request.outboundPrice) -
            Costs.costUp(inbound, outbound, request.inboundPrice, request.outboundPrice);
    }

    function _hashConsent(bytes32 domain, address challenger, bytes32 requestHash) private pure returns (bytes32) {
        return Statements.digestOf(domain, keccak256(abi.encode(CONSENT_TYPEHASH, challenger, requestHash)));
    }
}
