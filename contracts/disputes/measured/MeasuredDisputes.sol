// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IMeasuredDeposits} from "./IMeasuredDeposits.sol";
import {IMeasuredDisputes} from "./IMeasuredDisputes.sol";
import {IMeasuredEvidence} from "./IMeasuredEvidence.sol";
import {IMeasuredPenalties} from "./IMeasuredPenalties.sol";
import {IArbitrable} from "../../arbitrator/IArbitrable.sol";
import {IArbitrator} from "../../arbitrator/IArbitrator.sol";
import {IAccountingV2} from "../../escrow/IAccountingV2.sol";
import {IJury} from "../../jury/IJury.sol";
import {Tails} from "../../libraries/Tails.sol";
import {IStakeRegistry} from "../../stake/IStakeRegistry.sol";

/// @title MeasuredDisputes
/// @dev Immutable: no owner, no pause, no proxy. What is in it: the states and times of disputes, and the tails that they hold.
/// `MeasuredEvidence` says who may complain of what, `MeasuredPenalties` holds the executor's stake, `MeasuredDeposits` the
/// parties' money, and the jury draws and counts. Every action first catches up with what is due, and a dispute ends in
/// one call, which books everything and sends nothing.
contract MeasuredDisputes is IMeasuredDisputes, ReentrancyGuardTransient {
    /* TYPES */

    /// @dev A tail that the escrow holds for a dispute. Its executor is the dispute's.
    struct HeldTail {
        address client;
        uint64 lane;
        uint32 nonce;
    }

    /// @dev What the answers complained of come to. `parties` are all who cannot judge them.
    struct Complaint {
        address executor;
        address[] parties;
        uint256 overcharge;
        uint256 restitution;
    }

    /* CONSTANTS */

    /// @notice Seconds that the executor has to answer.
    uint256 public constant ANSWER_PERIOD = 12 hours;
    /// @notice Seconds to appeal, from the end of the time to reveal.
    uint256 public constant APPEAL_PERIOD = 24 hours;
    /// @notice Seconds that the arbitrator has to rule.
    uint256 public constant ARBITRATION_PERIOD = 14 days;
    /// @notice Jurors of the first round.
    uint256 public constant FIRST_PANEL = 5;
    /// @notice Jurors of the second round.
    uint256 public constant SECOND_PANEL = 11;

    uint8 private constant LAST_ROUND = 2;
    uint256 private constant RULING_MISMATCH = 1;
    uint256 private constant RULING_MATCH = 2;

    /* IMMUTABLES */

    /// @inheritdoc IMeasuredDisputes
    address public immutable override evidence;
    /// @inheritdoc IMeasuredDisputes
    address public immutable override penalties;
    /// @inheritdoc IMeasuredDisputes
    address public immutable override deposits;
    /// @inheritdoc IMeasuredDisputes
    address public immutable override accounting;
    /// @inheritdoc IMeasuredDisputes
    address public immutable override jury;
    /// @inheritdoc IMeasuredDisputes
    address public immutable override arbitrator;

    /* STORAGE */

    /// @inheritdoc IMeasuredDisputes
    uint256 public override disputeCount;
    /// @inheritdoc IMeasuredDisputes
    mapping(uint256 arbitratorId => bytes32 id) public override arbitrated;
    mapping(bytes32 id => Dispute) private _disputes;
    mapping(bytes32 id => HeldTail[]) private _heldTails;
    /// @dev By Tails.keyOf.
    mapping(bytes32 tail => bytes32 id) private _disputeOf;

    /* CONSTRUCTOR */

    /// @param evidence_ Checks answers of the escrow whose receipts are disputed. Its stake registry has to name this
    /// contract a judge with power over stake and tails.
    /// @param penalties_ The same registry has to name it a judge with power over stake, and the jury, too.
    /// @param arbitrator_ Last instance; zero for none, as one is that pays nobody.
    constructor(address evidence_, address penalties_, address jury_, address arbitrator_) {
        bool complete = evidence_ != address(0) && penalties_ != address(0) && jury_ != address(0);
        require(complete, MeasuredZeroAddress());
        evidence = evidence_;
        penalties = penalties_;
        deposits = IMeasuredPenalties(penalties_).deposits();
        accounting = IMeasuredEvidence(evidence_).accounting();
        jury = jury_;
        // Tools that cannot leave a contract out deploy an arbitrator of nobody. Asking it would cost each dispute its period.
        bool nobody = arbitrator_ == address(0) || IArbitrator(arbitrator_).feeRecipient() == address(0);
        arbitrator = nobody ? address(0) : arbitrator_;
    }

    /* OPENING */

    /// @inheritdoc IMeasuredDisputes
    function open(
        Kind kind,
        bytes32 evidenceHash,
        DisputedAnswer[] calldata answers,
        uint256 maxBond
    ) external nonReentrant returns (bytes32 id) {
        return _open(msg.sender, kind, evidenceHash, answers, maxBond);
    }

    /// @inheritdoc IMeasuredDisputes
    function openFor(
        address challenger,
        Kind kind,
        bytes32 evidenceHash,
        DisputedAnswer[] calldata answers,
        uint256 maxBond
    ) external nonReentrant returns (bytes32 id) {
        return _open(challenger, kind, evidenceHash, answers, maxBond);
    }

    /* EXECUTOR */

    /// @inheritdoc IMeasuredDisputes
    function answer(bytes32 id, bytes32 evidenceHash) external nonReentrant {
        Dispute storage d = _openToExecutor(id);
        emit ExecutorAnswered(id, msg.sender, evidenceHash);
        _askJury(id, d, FIRST_PANEL);
    }

    /// @inheritdoc IMeasuredDisputes
    function concede(bytes32 id) external nonReentrant {
        _openToExecutor(id);
        _close(id, Outcome.Conceded, address(0));
    }

    /* ANYONE */

    /// @inheritdoc IMeasuredDisputes
    function poke(bytes32 id) external nonReentrant {
        Dispute storage d = _disputes[id];
        require(_catchUp(id, d), MeasuredNothingDue(id, d.state));
    }

    /// @inheritdoc IMeasuredDisputes
    function appeal(bytes32 id) external nonReentrant {
        Dispute storage d = _disputes[id];
        _catchUp(id, d);
        require(d.state == State.Appealable, MeasuredWrongState(id, d.state));
        if (d.round == LAST_ROUND) {
            require(arbitrator != address(0), MeasuredNoArbitrator());
            emit Appealed(id, msg.sender, d.round, d.arbitrationCost);
            d.arbitrationAppellant = msg.sender;
            _askArbitrator(id, d);
            IMeasuredDeposits(deposits).takePrice(id, msg.sender, d.arbitrationCost);
        } else {
            d.appeal = d.verdict;
            _askSecondJury(id, d);
            uint256 amount = IMeasuredDeposits(deposits).takeAppeal(id, msg.sender);
            emit Appealed(id, msg.sender, LAST_ROUND, amount);
        }
    }

    /* ARBITRATOR */

    /// @inheritdoc IArbitrable
    function rule(uint256 arbitratorId, uint256 ruling) external nonReentrant {
        require(msg.sender == arbitrator, MeasuredNotArbitrator(msg.sender));
        require(ruling <= RULING_MATCH, MeasuredUnknownRuling(ruling));
        bytes32 id = arbitrated[arbitratorId];
        Dispute storage d = _inTimeOf(id, State.Arbitration);
        emit Ruling(IArbitrator(msg.sender), arbitratorId, ruling);
        address account = address(0);
        if (ruling != 0) {
            _noteVerdict(id, d, ruling == RULING_MISMATCH ? IJury.Verdict.Mismatch : IJury.Verdict.Match);
            account = IArbitrator(msg.sender).feeRecipient();
        }
        _closeByVerdict(id, d, account);
    }

    /* VIEWS */

    /// @inheritdoc IMeasuredDisputes
    function disputeAt(bytes32 id) external view returns (Dispute memory) {
        return _disputes[id];
    }

    /// @inheritdoc IMeasuredDisputes
    function disputeOf(address client, address executor, uint64 lane, uint32 nonce) external view returns (bytes32 id) {
        return _disputeOf[Tails.keyOf(client, executor, lane, nonce)];
    }

    /* INTERNAL: OPENING */

    function _open(
        address challenger,
        Kind kind,
        bytes32 evidenceHash,
        DisputedAnswer[] calldata answers,
        uint256 maxBond
    ) private returns (bytes32 id) {
        require(evidenceHash != bytes32(0), MeasuredNoEvidence());
        id = keccak256(abi.encode(block.chainid, address(this), ++disputeCount));
        Complaint memory complaint = _takeAnswers(id, kind, challenger, answers);
        Dispute storage d = _disputes[id];
        d.challenger = challenger;
        d.kind = kind;
        d.round = 1;
        d.executor = complaint.executor;
        d.arbitrationCost = _arbitrationCost(id);
        uint256 penalty = IMeasuredPenalties(penalties).threaten(
            id,
            kind,
            complaint.executor,
            complaint.overcharge,
            complaint.restitution
        );
        (uint256 bond, uint256 fee) = IMeasuredDeposits(deposits).bondFor(penalty);
        require(bond <= maxBond, MeasuredBondTooLarge(maxBond, bond));
        d.fee = uint96(fee); // A small part of a stake, or 64 bits.
        IJury(jury).open(id, complaint.parties);
        uint256 until = block.timestamp + ANSWER_PERIOD;
        emit MeasuredOpened({
            id: id,
            executor: complaint.executor,
            challenger: challenger,
            payer: msg.sender,
            kind: kind,
            answers: answers.length,
            evidenceHash: evidenceHash,
            bond: bond,
            penalty: penalty,
            restitution: complaint.restitution,
            until: until
        });
        _move(id, d, State.Answer, until);
        IMeasuredDeposits(deposits).takeBond(id, msg.sender, penalty);
    }

    /// @dev Claims the answers for the dispute, and holds their unmatured costs.
    function _takeAnswers(
        bytes32 id,
        Kind kind,
        address challenger,
        DisputedAnswer[] calldata disputed
    ) private returns (Complaint memory complaint) {
        IMeasuredEvidence.Answer[] memory answers;
        (complaint.executor, answers) = IMeasuredEvidence(evidence).check(kind, challenger, msg.sender, disputed);
        complaint.parties = new address[](answers.length + 3);
        complaint.parties[0] = challenger;
        complaint.parties[1] = complaint.executor;
        complaint.parties[2] = msg.sender;
        for (uint256 i = 0; i < answers.length; ++i) {
            complaint.parties[i + 3] = answers[i].client;
            _takeAnswer(id, complaint, answers[i]);
        }
        require(kind == Kind.WrongModel || complaint.overcharge != 0, MeasuredNoOvercharge());
    }

    /// @dev An overcharge is no more than what was paid: what costs nothing freezes nothing.
    function _takeAnswer(bytes32 id, Complaint memory complaint, IMeasuredEvidence.Answer memory taken) private {
        bytes32 key = Tails.keyOf(taken.client, complaint.executor, taken.lane, taken.nonce);
        require(_disputeOf[key] == bytes32(0), MeasuredAlreadyDisputed(_disputeOf[key]));
        _disputeOf[key] = id;
        uint256 overcharge = Math.min(taken.overcharge, taken.paid);
        complaint.overcharge += overcharge;
        (uint256 tail, uint256 held) = _holdTail(id, complaint.executor, taken);
        complaint.restitution += tail - held;
        emit AnswerDisputed({
            id: id,
            client: taken.client,
            requestHash: taken.requestHash,
            responseHash: taken.responseHash,
            lane: taken.lane,
            nonce: taken.nonce,
            inboundTokens: taken.inboundTokens,
            outboundTokens: taken.outboundTokens,
            overcharge: overcharge,
            paid: taken.paid,
            tail: tail,
            held: held
        });
    }

    /// @dev Holds what of the answer is the lane's tail and not in another dispute. What the client acknowledged later stays
    /// paid.
    function _holdTail(
        bytes32 id,
        address executor,
        IMeasuredEvidence.Answer memory taken
    ) private returns (uint256 tail, uint256 held) {
        if (!taken.isTail) return (0, 0);
        _heldTails[id].push(HeldTail(taken.client, taken.lane, taken.nonce));
        return
            IAccountingV2(accounting).holdTail(
                IAccountingV2.Tail(taken.client, executor, taken.lane, taken.nonce, taken.ackedCost)
            );
    }

    function _arbitrationCost(bytes32 id) private view returns (uint96) {
        if (arbitrator == address(0)) return 0;
        uint256 cost = IArbitrator(arbitrator).arbitrationCost(abi.encode(id));
        return uint96(Math.min(cost, type(uint96).max)); // No token has more.
    }

    /* INTERNAL: TIME */

    /// @dev Makes every step that is due. Ends: no state comes back but `Draw`, and a panel takes blocks to draw.
    function _catchUp(bytes32 id, Dispute storage d) private returns (bool moved) {
        while (_step(id, d)) moved = true;
    }

    function _step(bytes32 id, Dispute storage d) private returns (bool) {
        State state = d.state;
        if (state == State.Draw || state == State.Voting) return _followJury(id, d, state);
        if (state == State.None || state == State.Closed || block.timestamp <= d.until) return false;
        if (state == State.Answer) {
            emit ExecutorSilent(id, d.executor);
            _askJury(id, d, FIRST_PANEL);
        } else {
            _closeByVerdict(id, d, address(0));
        }
        return true;
    }

    function _followJury(bytes32 id, Dispute storage d, State state) private returns (bool) {
        (IJury.Phase phase, uint256 revealUntil, IJury.Verdict verdict) = IJury(jury).findingOf(id);
        if (state == State.Draw) {
            if (phase == IJury.Phase.Drawing) return false;
            if (phase == IJury.Phase.Failed) _goWithoutJury(id, d);
            else _move(id, d, State.Voting, revealUntil);
            return true;
        }
        if (phase != IJury.Phase.Ended) return false;
        if (verdict != IJury.Verdict.None) {
            _noteVerdict(id, d, verdict);
            _move(id, d, State.Appealable, revealUntil + APPEAL_PERIOD);
        } else if (d.round != LAST_ROUND) {
            emit PanelFailed(id, d.round);
            _askSecondJury(id, d);
        } else {
            // What eleven did not find does not hold because five had found it.
            d.verdict = IJury.Verdict.None;
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

    function _askSecondJury(bytes32 id, Dispute storage d) private {
        d.round = LAST_ROUND;
        _askJury(id, d, SECOND_PANEL);
    }

    /// @dev No panel could be had, or the last one found nothing: the arbitrator decides, if there is one, or what was found
    /// before.
    function _goWithoutJury(bytes32 id, Dispute storage d) private {
        emit PanelFailed(id, d.round);
        if (arbitrator == address(0)) _closeByVerdict(id, d, address(0));
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

    function _closeByVerdict(bytes32 id, Dispute storage d, address ruledBy) private {
        IJury.Verdict verdict = d.verdict;
        Outcome outcome = Outcome.Void;
        if (verdict == IJury.Verdict.Mismatch) outcome = Outcome.Upheld;
        if (verdict == IJury.Verdict.Match) outcome = Outcome.Rejected;
        _close(id, outcome, ruledBy);
    }

    /* INTERNAL: CLOSING */

    /// @dev Ends a dispute. `ruledBy`: the account of the arbitrator if it ruled, and is owed its price.
    function _close(bytes32 id, Outcome outcome, address ruledBy) private {
        Dispute memory d = _disputes[id];
        _markClosed(_disputes[id], outcome);
        IMeasuredDeposits.End memory end;
        end.outcome = outcome;
        // An appeal against a verdict that a later instance came to as well; not one that nobody came to hear.
        end.appealLost = d.appeal != IJury.Verdict.None && d.appeal == d.verdict && d.verdictRound == d.round;
        end.winner = outcome == Outcome.Rejected ? d.executor : d.challenger;
        end.jurors = IJury(jury).close(id, d.verdict);
        end.arbitrator = ruledBy;
        if (ruledBy != address(0) && d.arbitrationAppellant == address(0)) end.price = d.arbitrationCost;

        bool guilty = outcome == Outcome.Upheld || outcome == Outcome.Conceded;
        Settlement memory s;
        _endTails(id, d.executor, guilty, s);
        uint256 halfStrikes = 0;
        if (guilty) halfStrikes = _punish(id, d, end, s);
        else IMeasuredPenalties(penalties).lift(id);
        _divide(id, end, s);
        if (outcome != Outcome.Void) IAccountingV2(accounting).countDispute(d.challenger, d.executor, guilty);
        emit MeasuredMoved(id, State.Closed, d.round, 0);
        emit MeasuredClosed(id, d.executor, d.challenger, d.kind, outcome, halfStrikes, s);
    }

    function _markClosed(Dispute storage d, Outcome outcome) private {
        d.state = State.Closed;
        d.outcome = outcome;
        d.until = 0;
        d.arbitrationCost = 0;
    }

    function _punish(
        bytes32 id,
        Dispute memory d,
        IMeasuredDeposits.End memory end,
        Settlement memory s
    ) private returns (uint256 halfStrikes) {
        uint256 fees = end.price + end.jurors.length * d.fee;
        IStakeRegistry.Payout memory payout;
        bool conceded = end.outcome == Outcome.Conceded;
        (payout, halfStrikes) = IMeasuredPenalties(penalties).punish(id, d.challenger, conceded, fees);
        end.slashed = payout.jury;
        s.slashRestituted = payout.restituted;
        s.slashReporter = payout.reporter;
        s.slashJury = payout.jury;
        s.slashTreasury = payout.treasury;
    }

    /// @dev What jurors and arbitrator are not owed of the slash is the treasury's.
    function _divide(bytes32 id, IMeasuredDeposits.End memory end, Settlement memory s) private {
        IMeasuredDeposits.Division memory division = IMeasuredDeposits(deposits).divide(id, end);
        s.returned = division.returned;
        s.fees = division.fees;
        s.compensation = division.compensation;
        s.treasury = division.treasury;
        if (end.slashed == 0) return;
        uint256 rest = IMeasuredPenalties(penalties).pay(
            id,
            end.jurors,
            division.perJuror,
            end.arbitrator,
            division.toArbitrator
        );
        s.slashJury -= rest;
        s.slashTreasury += rest;
    }

    /// @dev Gives what the escrow holds to the clients, or to the executor.
    function _endTails(bytes32 id, address executor, bool guilty, Settlement memory s) private {
        HeldTail[] memory tails = _heldTails[id];
        delete _heldTails[id];
        for (uint256 i = 0; i < tails.length; ++i) {
            // The escrow knows the tail by everything but its last member.
            IAccountingV2.Tail memory tail = IAccountingV2.Tail(
                tails[i].client,
                executor,
                tails[i].lane,
                tails[i].nonce,
                0
            );
            if (guilty) s.refunded += IAccountingV2(accounting).refundTail(tail);
            else s.released += IAccountingV2(accounting).releaseTail(tail);
        }
    }

    /* INTERNAL: CHECKS */

    function _openToExecutor(bytes32 id) private view returns (Dispute storage d) {
        d = _inTimeOf(id, State.Answer);
        require(msg.sender == d.executor, MeasuredNotExecutor(d.executor, msg.sender));
    }

    /// @dev For what has to be done in its time: that a deadline passed counts, whether somebody noticed or not.
    function _inTimeOf(bytes32 id, State expected) private view returns (Dispute storage d) {
        d = _disputes[id];
        require(d.state == expected, MeasuredWrongState(id, d.state));
        require(block.timestamp <= d.until, MeasuredTooLate(d.until, block.timestamp));
    }
}
