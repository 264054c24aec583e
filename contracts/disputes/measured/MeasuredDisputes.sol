// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {MeasuredEvidence} from "./MeasuredEvidence.sol";
import {MeasuredMoney} from "./MeasuredMoney.sol";
import {IArbitrable} from "../../arbitrator/IArbitrable.sol";
import {IArbitrator} from "../../arbitrator/IArbitrator.sol";
import {IJury} from "../../jury/IJury.sol";
import {IMeasuredDisputes} from "./IMeasuredDisputes.sol";
import {IStakeRegistry} from "../../stake/IStakeRegistry.sol";

/// @title MeasuredDisputes
/// @dev Immutable: no owner, no pause, no proxy. This file holds the states and times of a dispute; `MeasuredEvidence` what
/// opens one, `MeasuredMoney` what ends it. Every action first catches up with what is due.
contract MeasuredDisputes is MeasuredEvidence {
    /* CONSTANTS */

    /// @notice Seconds that the executor has to answer.
    uint256 public constant ANSWER_PERIOD = 12 hours;
    /// @notice Seconds to appeal, from the end of the time to reveal.
    uint256 public constant APPEAL_PERIOD = 24 hours;
    /// @notice Seconds that the arbitrator has to rule.
    uint256 public constant ARBITRATION_PERIOD = 14 days;
    /// @notice Jurors of the second round, and of a panel that replaces one of which too few revealed.
    uint256 public constant SECOND_PANEL = 11;
    /// @notice An appeal to the second jury costs so many bonds.
    uint256 public constant APPEAL_BONDS = 2;

    uint8 private constant LAST_ROUND = 2;
    uint256 private constant RULING_MISMATCH = 1;
    uint256 private constant RULING_MATCH = 2;

    /* STORAGE */

    /// @inheritdoc IMeasuredDisputes
    uint256 public override disputeCount;
    /// @inheritdoc IMeasuredDisputes
    mapping(uint256 arbitratorId => bytes32 id) public override arbitrated;

    /* CONSTRUCTOR */

    /// @param accounting_ Whose receipts are disputed. Its stake registry has to name this contract a judge with power over
    /// stake and tails.
    /// @param jury_ The same registry has to name it a judge, with power over stake.
    /// @param arbitrator_ Last instance; zero for none, as one is that pays nobody.
    /// @param jurorFee_ Base units for each juror that was right.
    constructor(
        address accounting_,
        address jury_,
        address arbitrator_,
        uint256 jurorFee_
    ) MeasuredMoney(accounting_, jury_, arbitrator_, jurorFee_) {}

    /* OPENING */

    /// @inheritdoc IMeasuredDisputes
    function open(
        Kind kind,
        bytes32 evidenceHash,
        DisputedAnswer[] calldata answers,
        uint256 maxBond
    ) external nonReentrant returns (bytes32 id) {
        require(evidenceHash != bytes32(0), MeasuredNoEvidence());
        id = keccak256(abi.encode(block.chainid, address(this), ++disputeCount));
        (Complaint memory complaint, address[] memory parties) = _takeAnswers(id, kind, answers);
        Dispute storage d = _disputes[id];
        // Stake and what was paid fit 96 bits; a penalty above all stake that can be is no larger for it.
        uint96 penalty = uint96(Math.min(_penaltyOf(complaint), type(uint96).max));
        uint256 bond = bondFor(penalty);
        require(bond <= maxBond, MeasuredBondTooLarge(maxBond, bond));
        d.challenger = msg.sender;
        d.kind = kind;
        d.round = 1;
        d.takenBefore = _takenFrom[complaint.executor];
        if (kind == Kind.WrongModel) d.stakeShare = uint16(_stakeShareOf(complaint.executor)); // Ten thousand at most.
        d.executor = complaint.executor;
        d.bond = uint96(bond); // A twentieth of the penalty, or a few fees of 64 bits.
        d.penalty = penalty;
        d.restitution = uint96(Math.min(complaint.restitution, type(uint96).max));
        d.arbitrationCost = _arbitrationCost(id);
        IStakeRegistry(stakeRegistry).freeze(id, complaint.executor, uint256(penalty) + d.restitution);
        IJury(jury).open(id, parties);
        uint256 until = block.timestamp + ANSWER_PERIOD;
        emit MeasuredOpened({
            id: id,
            executor: complaint.executor,
            challenger: msg.sender,
            kind: kind,
            answers: answers.length,
            evidenceHash: evidenceHash,
            bond: bond,
            penalty: penalty,
            restitution: d.restitution,
            until: until
        });
        _move(id, d, State.Answer, until);
        _pull(bond);
    }

    /* EXECUTOR */

    /// @inheritdoc IMeasuredDisputes
    function answer(bytes32 id, bytes32 evidenceHash) external nonReentrant {
        Dispute storage d = _inTimeOf(id, State.Answer);
        require(msg.sender == d.executor, MeasuredNotExecutor(d.executor, msg.sender));
        emit ExecutorAnswered(id, msg.sender, evidenceHash);
        _askJury(id, d, FIRST_PANEL);
    }

    /// @inheritdoc IMeasuredDisputes
    function concede(bytes32 id) external nonReentrant {
        Dispute storage d = _inTimeOf(id, State.Answer);
        require(msg.sender == d.executor, MeasuredNotExecutor(d.executor, msg.sender));
        _close(id, Outcome.Conceded, false);
    }

    /* ANYONE */

    /// @inheritdoc IMeasuredDisputes
    function poke(bytes32 id) external nonReentrant {
        Dispute storage d = _disputes[id];
        require(_catchUp(id, d), MeasuredNothingDue(id, d.state));
    }

    /* APPEAL */

    /// @inheritdoc IMeasuredDisputes
    function appeal(bytes32 id) external nonReentrant {
        Dispute storage d = _disputes[id];
        _catchUp(id, d);
        require(d.state == State.Appealable, MeasuredWrongState(id, d.state));
        bool upheld = d.verdict == IJury.Verdict.Mismatch;
        address loser = upheld ? d.executor : d.challenger;
        require(msg.sender == loser, MeasuredNotLoser(loser, msg.sender));
        require(!upheld || !d.silent, MeasuredAppealForfeited());
        if (d.round == LAST_ROUND) {
            require(arbitrator != address(0), MeasuredNoArbitrator());
            d.arbitrationAppellant = msg.sender;
            emit Appealed(id, msg.sender, d.round, d.arbitrationCost);
            _askArbitrator(id, d);
            _pull(d.arbitrationCost);
            return;
        }
        uint256 deposit = APPEAL_BONDS * d.bond;
        d.round = LAST_ROUND;
        d.appellant = msg.sender;
        d.appealDeposit = uint96(deposit); // A tenth of the penalty, or a few fees of 64 bits.
        emit Appealed(id, msg.sender, LAST_ROUND, deposit);
        _askJury(id, d, SECOND_PANEL);
        _pull(deposit);
    }

    /// @inheritdoc IArbitrable
    function rule(uint256 arbitratorId, uint256 ruling) external nonReentrant {
        require(msg.sender == arbitrator, MeasuredNotArbitrator(msg.sender));
        require(ruling <= RULING_MATCH, MeasuredUnknownRuling(ruling));
        bytes32 id = arbitrated[arbitratorId];
        Dispute storage d = _inTimeOf(id, State.Arbitration);
        emit Ruling(IArbitrator(msg.sender), arbitratorId, ruling);
        if (ruling == 0) return _closeByVerdict(id, d, false);
        _noteVerdict(id, d, ruling == RULING_MISMATCH ? IJury.Verdict.Mismatch : IJury.Verdict.Match);
        _closeByVerdict(id, d, true);
    }

    /* VIEWS */

    /// @inheritdoc IMeasuredDisputes
    function disputeAt(bytes32 id) external view returns (Dispute memory) {
        return _disputes[id];
    }

    /* INTERNAL: TIME */

    /// @dev Makes every step that is due. Ends: no state comes back but `Draw`, and a panel takes blocks to draw.
    function _catchUp(bytes32 id, Dispute storage d) private returns (bool moved) {
        while (_step(id, d)) moved = true;
    }

    function _step(bytes32 id, Dispute storage d) private returns (bool) {
        State state = d.state;
        if (state == State.Draw) return _draw(id, d);
        if (state == State.Voting) return _count(id, d);
        if (state == State.None || state == State.Closed || block.timestamp <= d.until) return false;
        if (state == State.Answer) {
            d.silent = true;
            emit ExecutorSilent(id, d.executor);
            _askJury(id, d, FIRST_PANEL);
        } else {
            _closeByVerdict(id, d, false);
        }
        return true;
    }

    function _draw(bytes32 id, Dispute storage d) private returns (bool) {
        (IJury.Draw result, uint256 revealUntil) = IJury(jury).draw(id);
        if (result == IJury.Draw.Waiting) return false;
        if (result == IJury.Draw.TooFew) _goWithoutJury(id, d);
        if (result == IJury.Draw.Drawn) _move(id, d, State.Voting, revealUntil);
        return true;
    }

    function _count(bytes32 id, Dispute storage d) private returns (bool) {
        if (IJury(jury).phaseOf(id) != IJury.Phase.Ended) return false;
        IJury.Verdict verdict = IJury(jury).verdictOf(id);
        if (verdict != IJury.Verdict.None) {
            _noteVerdict(id, d, verdict);
            _move(id, d, State.Appealable, d.until + APPEAL_PERIOD);
        } else if (!d.redrawn) {
            d.redrawn = true;
            emit PanelFailed(id, d.round);
            _askJury(id, d, SECOND_PANEL);
        } else {
            _goWithoutJury(id, d);
        }
        return true;
    }

    /* INTERNAL: STATES */

    function _move(bytes32 id, Dispute storage d, State state, uint256 until) private {
        d.state = state;
        d.until = uint40(until); // Fits for 34 000 years.
        emit MeasuredMoved(id, state, d.round, until);
    }

    function _askJury(bytes32 id, Dispute storage d, uint256 size) private {
        _move(id, d, State.Draw, 0);
        IJury(jury).request(id, size);
    }

    /// @dev No panel could be had: the arbitrator decides, if there is one, or what was found before.
    function _goWithoutJury(bytes32 id, Dispute storage d) private {
        emit PanelFailed(id, d.round);
        if (arbitrator == address(0)) _closeByVerdict(id, d, false);
        else _askArbitrator(id, d);
    }

    function _askArbitrator(bytes32 id, Dispute storage d) private {
        _move(id, d, State.Arbitration, block.timestamp + ARBITRATION_PERIOD);
        uint256 arbitratorId = IArbitrator(arbitrator).createDispute(RULING_MATCH, abi.encode(id));
        arbitrated[arbitratorId] = id;
        emit ArbitrationAsked(id, arbitratorId, d.arbitrationAppellant, d.arbitrationCost);
    }

    function _noteVerdict(bytes32 id, Dispute storage d, IJury.Verdict verdict) private {
        d.verdict = verdict;
        d.verdictRound = d.round;
        emit VerdictFound(id, d.round, verdict);
    }

    function _closeByVerdict(bytes32 id, Dispute storage d, bool ruled) private {
        IJury.Verdict verdict = d.verdict;
        if (verdict == IJury.Verdict.None) return _close(id, Outcome.Void, ruled);
        _close(id, verdict == IJury.Verdict.Mismatch ? Outcome.Upheld : Outcome.Rejected, ruled);
    }

    /* INTERNAL: CHECKS */

    /// @dev For what has to be done in its time: that a deadline passed counts, whether somebody noticed or not.
    function _inTimeOf(bytes32 id, State expected) private view returns (Dispute storage d) {
        d = _disputes[id];
        require(d.state == expected, MeasuredWrongState(id, d.state));
        require(block.timestamp <= d.until, MeasuredTooLate(d.until, block.timestamp));
    }

    function _arbitrationCost(bytes32 id) private view returns (uint96) {
        if (arbitrator == address(0)) return 0;
        uint256 cost = IArbitrator(arbitrator).arbitrationCost(abi.encode(id));
        return uint96(Math.min(cost, type(uint96).max)); // No token has more.
    }
}
