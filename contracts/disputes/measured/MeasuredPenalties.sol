// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IMeasuredDeposits} from "./IMeasuredDeposits.sol";
import {IMeasuredDisputes} from "./IMeasuredDisputes.sol";
import {IMeasuredPenalties} from "./IMeasuredPenalties.sol";
import {IStakeRegistry} from "../../stake/IStakeRegistry.sol";

/// @title MeasuredPenalties
/// @dev Immutable: no owner, no pause, no proxy. It holds no tokens; shares of a slash wait as its rewards in the stake registry,
/// within one call of a court.
contract MeasuredPenalties is IMeasuredPenalties {
    /* CONSTANTS */

    /// @notice Basis points of a slash for the challenger.
    uint256 public constant REPORTER_SHARE = 3_000;
    /// @notice Basis points of a slash that jurors and arbitrator can get at most.
    uint256 public constant MAX_JURY_SHARE = 2_000;
    /// @notice Who concedes loses one of so many parts of the penalty.
    uint256 public constant CONCESSION_DIVISOR = 4;
    /// @notice A penalty for inflated counts is at least so many times the overcharge.
    uint256 public constant OVERCHARGE_FACTOR = 100;
    /// @notice Strikes are counted for so long. Three of them, or three proofs of inflation, jail: the registry sees to that.
    uint256 public constant STRIKE_WINDOW = 90 days;

    uint256 private constant WHOLE = 10_000;
    /// @dev Basis points of the executors' minimum that every penalty is at least.
    uint256 private constant MIN_SHARE = 500;
    /// @dev Half strikes of a proven fault.
    uint256 private constant PROOF = 2;
    /// @dev Fees that the jury's share of the smallest penalty pays.
    uint256 private constant MOST_FEES = 16;

    /* IMMUTABLES */

    /// @inheritdoc IMeasuredPenalties
    address public immutable override deposits;
    /// @inheritdoc IMeasuredPenalties
    address public immutable override stakeRegistry;
    /// @inheritdoc IMeasuredPenalties
    uint256 public immutable override minimumPenalty;

    /* STORAGE */

    /// @inheritdoc IMeasuredPenalties
    mapping(bytes32 id => Penalty) public override penalties;

    /// @dev What was ever taken of an executor's stake here, but for what challengers got: they can be its friends.
    mapping(address executor => uint256) private _takenFrom;

    /* CONSTRUCTOR */

    /// @param deposits_ Says what jurors are paid. Its stake registry has to name this contract a judge with power over stake.
    constructor(address deposits_) {
        require(deposits_ != address(0), PenaltyZeroAddress());
        deposits = deposits_;
        stakeRegistry = IMeasuredDeposits(deposits_).stakeRegistry();
        uint256 fee = IMeasuredDeposits(deposits_).jurorFee();
        uint256 minimum = IStakeRegistry(stakeRegistry).minimumStake(IStakeRegistry.Role.Executor);
        // Else nobody could have the smallest penalty at stake.
        uint256 most = (minimum * MAX_JURY_SHARE) / WHOLE / MOST_FEES;
        require(fee <= most, PenaltyFeeTooLarge(most, fee));
        uint256 ofFees = Math.ceilDiv(MOST_FEES * fee * WHOLE, MAX_JURY_SHARE);
        minimumPenalty = Math.max(ofFees, Math.ceilDiv(minimum * MIN_SHARE, WHOLE));
    }

    /* COURT */

    /// @inheritdoc IMeasuredPenalties
    function threaten(
        bytes32 id,
        IMeasuredDisputes.Kind kind,
        address executor,
        uint256 overcharge,
        uint256 restitution
    ) external returns (uint256 amount) {
        IStakeRegistry.Power power = IStakeRegistry(stakeRegistry).powerOf(msg.sender);
        require(power == IStakeRegistry.Power.StakeAndTails, PenaltyNotCourt(msg.sender));
        require(penalties[id].court == address(0), PenaltyExists(id));
        uint256 share;
        (amount, share) = _penaltyFor(kind, executor, overcharge);
        penalties[id] = Penalty({
            court: msg.sender,
            amount: uint96(amount), // Not above a stake.
            executor: executor,
            restitution: uint96(restitution), // Not above what lanes were paid.
            kind: kind,
            unpaid: 0,
            share: kind == IMeasuredDisputes.Kind.WrongModel ? uint16(share) : 0, // Ten thousand at most.
            takenBefore: _takenFrom[executor]
        });
        IStakeRegistry(stakeRegistry).freeze(id, executor, amount + restitution);
    }

    /// @inheritdoc IMeasuredPenalties
    function lift(bytes32 id) external {
        _endOf(id);
        IStakeRegistry(stakeRegistry).unfreeze(id);
    }

    /// @inheritdoc IMeasuredPenalties
    function punish(
        bytes32 id,
        address challenger,
        bool conceded,
        uint256 fees
    ) external returns (IStakeRegistry.Payout memory payout, uint256 halfStrikes) {
        Penalty memory penalty = _endOf(id);
        IStakeRegistry registry = IStakeRegistry(stakeRegistry);
        // Who concedes the wrong model has half a strike; inflation that is conceded is proven.
        halfStrikes = conceded && penalty.kind == IMeasuredDisputes.Kind.WrongModel ? PROOF / 2 : PROOF;
        IStakeRegistry.Offence offence = _offenceOf(penalty.kind);
        registry.strike(penalty.executor, offence, halfStrikes, STRIKE_WINDOW);

        uint256 amount = _left(penalty);
        if (conceded) amount = Math.ceilDiv(amount, CONCESSION_DIVISOR); // Rounded against the executor.
        IStakeRegistry.Slash memory order;
        order.id = id;
        order.member = penalty.executor;
        order.offence = offence;
        order.restitution = penalty.restitution;
        order.penalty = amount;
        order.reporter = challenger;
        order.victim = challenger;
        order.jury = address(this);
        order.reporterShare = REPORTER_SHARE;
        // As large as its fees ask for and no larger: what a juror earns must not depend on what it finds.
        order.juryShare = Math.min(MAX_JURY_SHARE, Math.ceilDiv(fees * WHOLE, amount));
        payout = registry.slash(order);
        // What waits is kept for those who came first, and lowers nobody's penalty: else a friend's dispute that was opened
        // after an honest one and ended before it would take a part of what the honest one is served out of the friend's.
        _takenFrom[penalty.executor] += payout.jury + payout.treasury;
        penalties[id].unpaid = uint96(payout.jury); // Not above a stake.
    }

    /// @inheritdoc IMeasuredPenalties
    function pay(
        bytes32 id,
        address[] calldata jurors,
        uint256 perJuror,
        address arbitrator,
        uint256 toArbitrator
    ) external returns (uint256 rest) {
        Penalty storage penalty = penalties[id];
        require(penalty.court == msg.sender, PenaltyNotCourt(msg.sender));
        IStakeRegistry registry = IStakeRegistry(stakeRegistry);
        rest = penalty.unpaid;
        penalty.unpaid = 0;
        for (uint256 i = 0; i < jurors.length && perJuror != 0; ++i) registry.transferRewards(jurors[i], perJuror);
        if (toArbitrator != 0) registry.transferRewards(arbitrator, toArbitrator);
        rest -= jurors.length * perJuror + toArbitrator;
        if (rest != 0) registry.transferRewards(registry.treasury(), rest);
    }

    /* VIEWS */

    /// @inheritdoc IMeasuredPenalties
    function penaltyFor(
        IMeasuredDisputes.Kind kind,
        address executor,
        uint256 overcharge
    ) external view returns (uint256 amount) {
        (amount, ) = _penaltyFor(kind, executor, overcharge);
    }

    /* INTERNAL */

    /// @dev Rounded up, against the executor.
    function _penaltyFor(
        IMeasuredDisputes.Kind kind,
        address executor,
        uint256 overcharge
    ) private view returns (uint256 amount, uint256 share) {
        uint256 stake = IStakeRegistry(stakeRegistry).slashableStake(executor);
        require(stake >= minimumPenalty, PenaltyStakeTooSmall(minimumPenalty, stake));
        uint256 halves = IStakeRegistry(stakeRegistry).strikesOf(executor, _offenceOf(kind), STRIKE_WINDOW);
        share = _shareOf(kind, halves);
        amount = Math.max(Math.ceilDiv(stake * share, WHOLE), minimumPenalty);
        amount = Math.min(Math.max(amount, overcharge * OVERCHARGE_FACTOR), stake);
    }

    /// @dev Basis points of the stake, by the half strikes so far.
    function _shareOf(IMeasuredDisputes.Kind kind, uint256 halves) private pure returns (uint256) {
        bool model = kind == IMeasuredDisputes.Kind.WrongModel;
        if (halves < PROOF) return model ? 2_000 : 500;
        if (halves < 2 * PROOF) return model ? 5_000 : 1_000;
        return model ? WHOLE : 2_000;
    }

    /// @dev What is left of a penalty after what was taken meanwhile, see `Penalty`; rounded against the executor.
    function _left(Penalty memory penalty) private view returns (uint256) {
        uint256 off = ((_takenFrom[penalty.executor] - penalty.takenBefore) * penalty.share) / WHOLE;
        return Math.max(Math.saturatingSub(penalty.amount, off), minimumPenalty);
    }

    function _offenceOf(IMeasuredDisputes.Kind kind) private pure returns (IStakeRegistry.Offence) {
        bool model = kind == IMeasuredDisputes.Kind.WrongModel;
        return model ? IStakeRegistry.Offence.WrongModel : IStakeRegistry.Offence.TokenInflation;
    }

    /// @dev Ends what the caller threatened with; nothing is left of it but who asked.
    function _endOf(bytes32 id) private returns (Penalty memory penalty) {
        penalty = penalties[id];
        require(penalty.court == msg.sender, PenaltyNotCourt(msg.sender));
        (penalties[id].amount, penalties[id].restitution) = (0, 0);
    }
}
