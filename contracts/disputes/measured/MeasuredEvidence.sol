// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {MeasuredMoney} from "./MeasuredMoney.sol";
import {IAccountingV2} from "../../escrow/IAccountingV2.sol";
import {IMeasuredDisputes} from "./IMeasuredDisputes.sol";
import {IStakeRegistry} from "../../stake/IStakeRegistry.sol";
import {Commitments} from "../../libraries/Commitments.sol";
import {CompactSignatures} from "../../libraries/CompactSignatures.sol";
import {Costs} from "../../libraries/Costs.sol";
import {Evidence} from "../../libraries/Evidence.sol";
import {Tails} from "../../libraries/Tails.sol";

/// @title MeasuredEvidence: what is checked of the answers complained of, and what is at stake for them
/// @dev Every answer is checked on chain instead of a Merkle root over them: a root would leave to jurors what signatures
/// decide, and to the execution of a verdict what to pay back. At 64 answers that costs less than two thirds of what a transaction may.
abstract contract MeasuredEvidence is MeasuredMoney {
    using Commitments for IAccountingV2.LlmRequestCommitment;
    using Commitments for IAccountingV2.LlmResponseCommitment;
    using CompactSignatures for IAccountingV2.CompactSignature;

    /* TYPES */

    /// @dev What checking the answers came to.
    struct Complaint {
        bytes32 id;
        Kind kind;
        bytes32 domain;
        address executor;
        uint256 overcharge;
        uint256 restitution;
    }

    /* CONSTANTS */

    /// @notice Most answers in one dispute.
    uint256 public constant MAX_ANSWERS = 64;
    /// @notice How long after its request's deadline an answer can be complained of.
    uint256 public constant EVIDENCE_WINDOW = Evidence.WINDOW;
    /// @notice Jurors of the first round. The bond covers one and a half times their fees.
    uint256 public constant FIRST_PANEL = 5;
    /// @notice Basis points of the penalty that the bond is at least.
    uint256 internal constant BOND_SHARE = 500;
    /// @notice A penalty for inflated counts is so many times the overcharge.
    uint256 internal constant OVERCHARGE_FACTOR = 10;

    bytes32 private constant CONSENT_TYPEHASH = keccak256("DisputeConsent(address challenger,bytes32 requestHash)");

    /* STORAGE */

    /// @dev By Tails.keyOf.
    mapping(bytes32 tail => bytes32 id) private _disputeOf;

    /* VIEWS */

    /// @inheritdoc IMeasuredDisputes
    function disputeOf(address client, address executor, uint64 lane, uint32 nonce) external view returns (bytes32 id) {
        return _disputeOf[Tails.keyOf(client, executor, lane, nonce)];
    }

    /// @inheritdoc IMeasuredDisputes
    function bondFor(uint256 penalty) public view returns (uint256) {
        return Math.max(Math.ceilDiv(FIRST_PANEL * jurorFee * 3, 2), Math.ceilDiv(penalty * BOND_SHARE, WHOLE));
    }

    /// @inheritdoc IMeasuredDisputes
    function modelPenalty(address executor) public view returns (uint256) {
        uint256 stake = IStakeRegistry(stakeRegistry).slashableStake(executor);
        return Math.max(Math.ceilDiv(stake * _stakeShareOf(executor), WHOLE), _minimumPenalty());
    }

    /// @inheritdoc IMeasuredDisputes
    function hashConsent(address challenger, bytes32 requestHash) external view returns (bytes32) {
        return _hashConsent(IAccountingV2(accounting).domainSeparator(), challenger, requestHash);
    }

    /* INTERNAL */

    /// @dev Checks the answers, claims them for the dispute, and holds their unmatured costs. `parties` are all who cannot
    /// judge it.
    function _takeAnswers(
        bytes32 id,
        Kind kind,
        DisputedAnswer[] calldata answers
    ) internal returns (Complaint memory complaint, address[] memory parties) {
        uint256 count = answers.length;
        require(count != 0 && count <= MAX_ANSWERS, MeasuredAnswerCount(MAX_ANSWERS, count));
        address executor = answers[0].pair.request.executor;
        require(executor != msg.sender, MeasuredOwnAnswers(executor));
        complaint.id = id;
        complaint.kind = kind;
        complaint.domain = IAccountingV2(accounting).domainSeparator();
        complaint.executor = executor;
        parties = new address[](count + 2);
        (parties[0], parties[1]) = (msg.sender, executor);
        uint256 others = 0;
        for (uint256 i = 0; i < count; ++i) {
            _takeAnswer(answers[i], complaint);
            address client = answers[i].pair.request.client;
            if (client != msg.sender) parties[2 + others++] = client;
        }
        assembly ("memory-safe") {
            mstore(parties, add(2, others)) // Shorter than it was made.
        }
        if (others != 0) _requireValidator();
        require(kind == Kind.WrongModel || complaint.overcharge != 0, MeasuredNoOvercharge());
    }

    function _penaltyOf(Complaint memory complaint) internal view returns (uint256) {
        if (complaint.kind == Kind.WrongModel) return modelPenalty(complaint.executor);
        return Math.max(complaint.overcharge * OVERCHARGE_FACTOR, _minimumPenalty());
    }

    /* INTERNAL: ONE ANSWER */

    function _takeAnswer(DisputedAnswer calldata disputed, Complaint memory complaint) private {
        IAccountingV2.LlmRequestCommitment calldata request = disputed.pair.request;
        (bytes32 requestHash, bytes32 responseHash) = _requireSigned(disputed, complaint);
        uint256 until = request.deadline + EVIDENCE_WINDOW;
        require(block.timestamp <= until, MeasuredTooOld(until, block.timestamp));
        bytes32 key = Tails.keyOf(request.client, request.executor, request.lane, request.nonce);
        require(_disputeOf[key] == bytes32(0), MeasuredAlreadyDisputed(_disputeOf[key]));
        _disputeOf[key] = complaint.id;

        uint256 overcharge = complaint.kind == Kind.TokenInflation ? _overchargeOf(disputed) : 0;
        (uint256 paid, uint256 held) = _holdTail(complaint.id, disputed.pair);
        complaint.overcharge += overcharge;
        complaint.restitution += paid - held;
        bool counted = complaint.kind == Kind.TokenInflation;
        emit AnswerDisputed({
            id: complaint.id,
            client: request.client,
            requestHash: requestHash,
            responseHash: responseHash,
            lane: request.lane,
            nonce: request.nonce,
            inboundTokens: counted ? disputed.inboundTokens : 0,
            outboundTokens: counted ? disputed.outboundTokens : 0,
            overcharge: overcharge,
            paid: paid,
            held: held
        });
    }

    function _requireSigned(
        DisputedAnswer calldata disputed,
        Complaint memory complaint
    ) private view returns (bytes32 requestHash, bytes32 responseHash) {
        IAccountingV2.SignedPair calldata pair = disputed.pair;
        IAccountingV2.LlmRequestCommitment calldata request = pair.request;
        require(request.executor == complaint.executor, MeasuredWrongExecutor(complaint.executor, request.executor));
        requestHash = MessageHashUtils.toTypedDataHash(complaint.domain, request.hashStruct());
        require(
            pair.response.requestHash == requestHash,
            MeasuredWrongRequestHash(requestHash, pair.response.requestHash)
        );
        responseHash = MessageHashUtils.toTypedDataHash(complaint.domain, pair.response.hashStruct());
        _requireSigner(request.client, pair.clientSignature.recover(requestHash), request.deadline);
        _requireSigner(request.executor, pair.executorSignature.recover(responseHash), request.deadline);
        if (request.client == msg.sender) return (requestHash, responseHash);
        bytes32 consentHash = _hashConsent(complaint.domain, msg.sender, requestHash);
        _requireSigner(request.client, disputed.consent.recover(consentHash), request.deadline);
    }

    function _requireSigner(address principal, address recovered, uint40 deadline) private view {
        bool counts = IAccountingV2(accounting).maySignFor(principal, recovered, deadline);
        require(counts, MeasuredWrongSigner(principal, recovered));
    }

    /// @dev What is stated beyond what the challenger counted, in money; jurors say whether it counted right. A failed
    /// answer costs nothing.
    function _overchargeOf(DisputedAnswer calldata disputed) private pure returns (uint256) {
        IAccountingV2.LlmRequestCommitment calldata request = disputed.pair.request;
        IAccountingV2.LlmResponseCommitment calldata response = disputed.pair.response;
        (uint32 inbound, uint32 outbound) = (disputed.inboundTokens, disputed.outboundTokens);
        require(inbound <= response.inboundTokens, MeasuredCountAboveStated(response.inboundTokens, inbound));
        require(outbound <= response.outboundTokens, MeasuredCountAboveStated(response.outboundTokens, outbound));
        if (response.finishReason == 0) return 0;
        // Not below zero: a cost never falls when a count rises.
        return
            Costs.costUp(response.inboundTokens, response.outboundTokens, request.inboundPrice, request.outboundPrice) -
            Costs.costUp(inbound, outbound, request.inboundPrice, request.outboundPrice);
    }

    /// @dev Holds what the escrow can prove to have been paid for this answer: the tail of a lane of which it is the newest
    /// pair. What the client acknowledged later stays paid. A lane that was paid more than this pair asks for was paid by
    /// another pair with the same nonce, and its tail is not this answer's.
    function _holdTail(
        bytes32 id,
        IAccountingV2.SignedPair calldata pair
    ) private returns (uint256 paid, uint256 held) {
        IAccountingV2.LlmRequestCommitment calldata request = pair.request;
        (address client, uint64 lane, uint32 nonce) = (request.client, request.lane, request.nonce);
        IAccountingV2 escrow = IAccountingV2(accounting);
        (uint96 cost, , , uint32 newest) = escrow.lanes(client, request.executor, lane);
        if (newest != nonce || cost <= request.ackedCost || cost > pair.response.cumulativeCost) return (0, 0);
        (address judge, , uint96 refunded, bool lost, ) = escrow.tailHold(client, request.executor, lane, nonce);
        if (judge != address(0) || lost || cost - request.ackedCost <= refunded) return (0, 0);
        (paid, held) = escrow.holdTail(IAccountingV2.Tail(client, request.executor, lane, nonce, request.ackedCost));
        _heldTails[id].push(HeldTail(client, lane, nonce));
    }

    /* INTERNAL: RULES */

    function _requireValidator() private view {
        (IStakeRegistry.Role role, uint40 activeSince, , , , , , ) = IStakeRegistry(stakeRegistry).members(msg.sender);
        bool active = role == IStakeRegistry.Role.Validator && activeSince != 0;
        require(active, MeasuredNotValidator(msg.sender));
    }

    function _hashConsent(bytes32 domain, address challenger, bytes32 requestHash) private pure returns (bytes32) {
        return
            MessageHashUtils.toTypedDataHash(domain, keccak256(abi.encode(CONSENT_TYPEHASH, challenger, requestHash)));
    }
}
