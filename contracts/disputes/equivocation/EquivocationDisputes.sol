// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IAccountingV2} from "../../escrow/IAccountingV2.sol";
import {IEquivocationDisputes} from "./IEquivocationDisputes.sol";
import {IStakeRegistry} from "../../stake/IStakeRegistry.sol";
import {Commitments} from "../../libraries/Commitments.sol";
import {Evidence} from "../../libraries/Evidence.sol";
import {Statements} from "../../libraries/Statements.sol";

/// @title EquivocationDisputes
/// @dev Immutable: no owner, no pause, no proxy. It holds no tokens; shares that wait are its rewards in the stake registry.
/// The registry's `isSlashed` remembers which faults were punished. It and AccountingV2 are all that this contract calls.
contract EquivocationDisputes is IEquivocationDisputes {
    using Commitments for IAccountingV2.LlmRequestCommitment;
    using Commitments for IAccountingV2.LlmResponseCommitment;
    using Commitments for ModelOffer;

    /* CONSTANTS */

    /// @notice How long evidence counts after a request's deadline or an offer's end.
    uint256 public constant EVIDENCE_WINDOW = Evidence.WINDOW;
    /// @notice How long the share of a reporter without commitment waits.
    uint256 public constant PRIORITY_WINDOW = 24 hours;
    /// @notice Basis points of a slash for the reporter.
    uint256 public constant REPORTER_SHARE = 3_000;
    /// @notice Basis points of an equivocation's slash that the client can get at most.
    uint256 public constant VICTIM_SHARE = 3_000;

    /// @dev An equivocation's slash is at least one of so many parts of the stake.
    uint256 private constant STAKE_DIVISOR = 2;
    /// @dev An offer equivocation's slash is one of so many parts of the minimum.
    uint256 private constant OFFER_DIVISOR = 10;
    /// @dev The jail, in which no tail is paid, outlasts every pair whose deadline is no further ahead: it takes 30 days, and pairs
    /// are settled until a day after their deadline.
    uint256 private constant JAIL_COVERS = 28 days;
    /// @dev The client gets at most so many times what the answer was to cost.
    uint256 private constant VICTIM_COSTS = 2;

    /* IMMUTABLES */

    /// @inheritdoc IEquivocationDisputes
    address public immutable override accounting;
    /// @inheritdoc IEquivocationDisputes
    address public immutable override stakeRegistry;

    /* STORAGE */

    /// @inheritdoc IEquivocationDisputes
    mapping(bytes32 commitment => uint256 blockNumber) public override commitments;
    /// @inheritdoc IEquivocationDisputes
    mapping(bytes32 id => Report) public override reports;

    /* CONSTRUCTOR */

    /// @param accounting_ Whose domain the statements are signed in. Its stake registry has to name this contract a judge.
    constructor(address accounting_) {
        require(accounting_ != address(0), DisputeZeroAddress());
        accounting = accounting_;
        stakeRegistry = IAccountingV2(accounting_).stakeRegistry();
    }

    /* REPORTERS */

    /// @inheritdoc IEquivocationDisputes
    function commitReport(bytes32 commitment) external {
        require(commitments[commitment] == 0, DisputeAlreadyCommitted(commitment));
        commitments[commitment] = block.number;
        emit ReportCommitted(commitment, msg.sender);
    }

    /// @inheritdoc IEquivocationDisputes
    function payReport(bytes32 id) external {
        Report memory report = reports[id];
        require(report.reporter != address(0), DisputeNothingPending(id));
        require(block.timestamp >= report.payableAt, DisputePriorityPending(report.payableAt, block.timestamp));
        _pay(id, report);
    }

    /* PROOFS */

    /// @inheritdoc IEquivocationDisputes
    function proveEquivocation(ResponseProof calldata proof, bytes32 salt) external {
        bytes32 domain = IAccountingV2(accounting).domainSeparator();
        bytes32 requestHash = Statements.digestOf(domain, proof.request.hashStruct());
        require(
            proof.first.requestHash == requestHash && proof.second.requestHash == requestHash,
            DisputeNotResponsesToRequest(requestHash)
        );
        require(Evidence.contradict(proof.first, proof.second), DisputeSameStatement());
        bytes32 first = Statements.digestOf(domain, proof.first.hashStruct());
        bytes32 second = Statements.digestOf(domain, proof.second.hashStruct());
        _requireSigned(proof.request, first, proof.firstSignature);
        _requireSigned(proof.request, second, proof.secondSignature);

        bytes32 id = equivocationId(proof.request.executor, requestHash);
        uint256 committedAt = commitments[reportCommitment(msg.sender, salt, first, second)];
        if (_isProven(id)) return _takePending(id, committedAt);
        _requireFresh(proof.request.deadline);
        _punishEquivocation(id, requestHash, proof, committedAt);
    }

    /// @inheritdoc IEquivocationDisputes
    function proveOfferEquivocation(OfferProof calldata proof, bytes32 salt) external {
        (address executor, uint64 offerId) = (proof.first.executor, proof.first.offerId);
        require(proof.second.executor == executor && proof.second.offerId == offerId, DisputeNotOffersOfOneId());
        (bytes32 first, bytes32 second) = (hashOffer(proof.first), hashOffer(proof.second));
        require(first != second, DisputeSameStatement());
        Statements.requireSignedByItself(executor, first, proof.firstSignature);
        Statements.requireSignedByItself(executor, second, proof.secondSignature);

        bytes32 id = offerEquivocationId(executor, offerId);
        uint256 committedAt = commitments[reportCommitment(msg.sender, salt, first, second)];
        if (_isProven(id)) return _takePending(id, committedAt);
        _requireFresh(Math.min(proof.first.validUntil, proof.second.validUntil));
        uint256 slashed = _slash(
            IStakeRegistry.Slash({
                id: id,
                member: executor,
                offence: IStakeRegistry.Offence.OfferEquivocation,
                restitution: 0,
                penalty: _minimumStake() / OFFER_DIVISOR,
                reporter: _payee(committedAt),
                victim: address(0),
                jury: address(0),
                reporterShare: REPORTER_SHARE,
                victimShare: 0,
                juryShare: 0,
                victimLimit: 0
            })
        );
        emit OfferEquivocationProven(id, executor, offerId, msg.sender, slashed);
    }

    /* VIEWS */

    /// @inheritdoc IEquivocationDisputes
    function reportCommitment(
        address reporter,
        bytes32 salt,
        bytes32 first,
        bytes32 second
    ) public pure returns (bytes32) {
        return keccak256(abi.encode(reporter, salt, first, second));
    }

    /// @inheritdoc IEquivocationDisputes
    function hashOffer(ModelOffer calldata offer) public view returns (bytes32) {
        return Statements.digestOf(IAccountingV2(accounting).domainSeparator(), offer.hashStruct());
    }

    /// @inheritdoc IEquivocationDisputes
    function equivocationId(address executor, bytes32 requestHash) public pure returns (bytes32) {
        return keccak256(abi.encode(IStakeRegistry.Offence.Equivocation, executor, requestHash));
    }

    /// @inheritdoc IEquivocationDisputes
    function offerEquivocationId(address executor, uint64 offerId) public pure returns (bytes32) {
        return keccak256(abi.encode(IStakeRegistry.Offence.OfferEquivocation, executor, offerId));
    }

    /* INTERNAL: EVIDENCE */

    function _requireSigned(
        IAccountingV2.LlmRequestCommitment calldata request,
        bytes32 digest,
        IAccountingV2.CompactSignature calldata signature
    ) private view {
        Statements.requireSigned(accounting, request.executor, request.deadline, digest, signature);
    }

    function _requireFresh(uint256 end) private view {
        uint256 until = end + EVIDENCE_WINDOW;
        require(block.timestamp <= until, DisputeEvidenceTooOld(until, block.timestamp));
    }

    function _isProven(bytes32 id) private view returns (bool) {
        return IStakeRegistry(stakeRegistry).isSlashed(address(this), id);
    }

    /* INTERNAL: PUNISHMENT */

    function _punishEquivocation(
        bytes32 id,
        bytes32 requestHash,
        ResponseProof calldata proof,
        uint256 committedAt
    ) private {
        IAccountingV2.LlmRequestCommitment calldata request = proof.request;
        uint256 wholeStake = IStakeRegistry(stakeRegistry).slashableStake(request.executor);
        uint256 slashed = _slash(
            IStakeRegistry.Slash({
                id: id,
                member: request.executor,
                offence: IStakeRegistry.Offence.Equivocation,
                restitution: 0,
                penalty: Math.max(Math.ceilDiv(wholeStake, STAKE_DIVISOR), _minimumStake()),
                reporter: _payee(committedAt),
                victim: request.client,
                jury: address(0),
                reporterShare: REPORTER_SHARE,
                victimShare: VICTIM_SHARE,
                juryShare: 0,
                victimLimit: VICTIM_COSTS * _costOf(proof)
            })
        );
        IStakeRegistry(stakeRegistry).jail(request.executor);
        (, uint256 refunded) = IAccountingV2(accounting).clawBackTail(
            IAccountingV2.Tail(request.client, request.executor, request.lane, request.nonce, request.ackedCost),
            request.deadline > block.timestamp + JAIL_COVERS
        );
        emit EquivocationProven(id, request.executor, request.client, requestHash, msg.sender, refunded, slashed);
    }

    /// @dev The dearer of the two answers. Both are the executor's word; the share's limit bounds what it can claim.
    function _costOf(ResponseProof calldata proof) private pure returns (uint256) {
        uint256 cumulativeCost = Math.max(proof.first.cumulativeCost, proof.second.cumulativeCost);
        return Math.saturatingSub(cumulativeCost, proof.request.ackedCost);
    }

    function _minimumStake() private view returns (uint256) {
        return IStakeRegistry(stakeRegistry).minimumStake(IStakeRegistry.Role.Executor);
    }

    /// @dev A share whose reporter may have copied the proof comes here, and waits.
    function _slash(IStakeRegistry.Slash memory order) private returns (uint256 slashed) {
        IStakeRegistry.Payout memory payout = IStakeRegistry(stakeRegistry).slash(order);
        if (order.reporter == address(this) && payout.reporter + payout.waiting != 0) {
            uint256 payableAt = block.timestamp + PRIORITY_WINDOW;
            // A share fits 96 bits like the stake; times and block numbers fit 48 for ever.
            reports[order.id] = Report({
                reporter: msg.sender,
                amount: uint96(payout.reporter),
                provenAt: uint48(block.number),
                payableAt: uint48(payableAt)
            });
            emit ReportPending(order.id, msg.sender, payout.reporter, payableAt);
        }
        return payout.reporter + payout.victim + payout.treasury + payout.waiting;
    }

    /* INTERNAL: REPORTERS */

    function _payee(uint256 committedAt) private view returns (address) {
        return committedAt != 0 && committedAt < block.number ? msg.sender : address(this);
    }

    /// @dev The fault was proven before: all that can still be had is the share that waits, by who knew of it earlier.
    function _takePending(bytes32 id, uint256 committedAt) private {
        Report memory report = reports[id];
        bool first = committedAt != 0 && committedAt < report.provenAt && block.timestamp < report.payableAt;
        require(first, DisputeAlreadyProven(id));
        report.reporter = msg.sender;
        if (!_waitsInRegistry(id)) return _pay(id, report);
        report.payableAt = uint48(block.timestamp); // Nobody else can take it any more.
        reports[id] = report;
        emit ReportPending(id, msg.sender, report.amount, block.timestamp);
    }

    /// @dev With what waited in the registry: no earlier claim on the stake may be open any more.
    function _pay(bytes32 id, Report memory report) private {
        delete reports[id];
        uint256 amount = report.amount;
        if (_waitsInRegistry(id)) {
            (uint256 collected, ) = IStakeRegistry(stakeRegistry).collect(address(this), id);
            amount += collected;
        }
        IStakeRegistry(stakeRegistry).transferRewards(report.reporter, amount);
        emit ReportPaid(id, report.reporter, amount);
    }

    function _waitsInRegistry(bytes32 id) private view returns (bool) {
        (address member, , , , , ) = IStakeRegistry(stakeRegistry).waiting(address(this), id);
        return member != address(0);
    }
}
