// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IAccountingV2} from "../../escrow/IAccountingV2.sol";
import {IArbitrator} from "../../arbitrator/IArbitrator.sol";
import {IJury} from "../../jury/IJury.sol";
import {IMeasuredDisputes} from "./IMeasuredDisputes.sol";
import {IStakeRegistry} from "../../stake/IStakeRegistry.sol";

/// @title MeasuredMoney: deposits, credits, and where the money of a dispute goes when it ends
/// @dev This contract's tokens are the deposits of open disputes and the credits that were not taken yet, to the unit. A
/// dispute ends in one call, which books everything and sends nothing.
abstract contract MeasuredMoney is IMeasuredDisputes, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /* TYPES */

    /// @dev A tail that the escrow holds for a dispute. Its executor is the dispute's.
    struct HeldTail {
        address client;
        uint64 lane;
        uint32 nonce;
    }

    /* CONSTANTS */

    /// @notice Basis points of a slash for the challenger.
    uint256 public constant REPORTER_SHARE = 3_000;
    /// @notice Basis points of a slash that jurors can get at most. They are owed a fee each, and get no more than that.
    uint256 public constant MAX_JURY_SHARE = 2_000;
    /// @notice Who concedes loses one of so many parts of the penalty.
    uint256 internal constant CONCESSION_DIVISOR = 4;
    /// @notice Strikes are counted for so long. The third takes the whole stake.
    uint256 public constant STRIKE_WINDOW = 90 days;

    /// @notice Basis points of the executors' minimum that every penalty is at least.
    uint256 internal constant MIN_PENALTY_SHARE = 500;

    uint256 internal constant WHOLE = 10_000;

    uint256 private constant UPHELD_HALF_STRIKES = 2;
    uint256 private constant CONCEDED_HALF_STRIKES = 1;

    /* IMMUTABLES */

    /// @inheritdoc IMeasuredDisputes
    address public immutable override accounting;
    /// @inheritdoc IMeasuredDisputes
    address public immutable override stakeRegistry;
    /// @inheritdoc IMeasuredDisputes
    address public immutable override paymentToken;
    /// @inheritdoc IMeasuredDisputes
    address public immutable override jury;
    /// @inheritdoc IMeasuredDisputes
    address public immutable override arbitrator;
    /// @inheritdoc IMeasuredDisputes
    uint256 public immutable override jurorFee;

    /* STORAGE */

    /// @inheritdoc IMeasuredDisputes
    mapping(address account => uint256) public override creditOf;

    mapping(bytes32 id => Dispute) internal _disputes;
    mapping(bytes32 id => HeldTail[]) internal _heldTails;
    /// @dev What was ever taken of an executor's stake here, but for what challengers got: they can be its friends.
    mapping(address executor => uint256) internal _takenFrom;

    /* CONSTRUCTOR */

    constructor(address accounting_, address jury_, address arbitrator_, uint256 jurorFee_) {
        require(accounting_ != address(0) && jury_ != address(0), MeasuredZeroAddress());
        require(
            jurorFee_ != 0 && jurorFee_ <= type(uint64).max,
            MeasuredParameterOutOfRange("jurorFee", 1, type(uint64).max, jurorFee_)
        );
        accounting = accounting_;
        stakeRegistry = IAccountingV2(accounting_).stakeRegistry();
        paymentToken = IAccountingV2(accounting_).paymentToken();
        jury = jury_;
        // Tools that cannot leave a contract out deploy an arbitrator of nobody. Asking it would cost each dispute its period.
        bool nobody = arbitrator_ == address(0) || IArbitrator(arbitrator_).feeRecipient() == address(0);
        arbitrator = nobody ? address(0) : arbitrator_;
        jurorFee = jurorFee_;
    }

    /* ACTIONS */

    /// @inheritdoc IMeasuredDisputes
    function withdrawCredit(address to) external nonReentrant returns (uint256 amount) {
        require(to != address(0), MeasuredZeroAddress());
        amount = creditOf[msg.sender];
        require(amount != 0, MeasuredNoCredit());
        creditOf[msg.sender] = 0;
        emit CreditWithdrawn(msg.sender, to, amount);
        IERC20(paymentToken).safeTransfer(to, amount);
    }

    /* INTERNAL: DEPOSITS */

    /// @dev Measures what arrives, so that a token that charges on transfer is refused. A surplus is not credited.
    function _pull(uint256 amount) internal {
        if (amount == 0) return;
        IERC20 token = IERC20(paymentToken);
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = token.balanceOf(address(this)) - before;
        require(received >= amount, MeasuredTokenShortfall(amount, received));
    }

    function _credit(bytes32 id, address account, uint256 amount) private {
        if (amount == 0) return;
        uint256 credit = creditOf[account] + amount;
        creditOf[account] = credit;
        emit Credited(id, account, amount, credit);
    }

    /* INTERNAL: CLOSING */

    /// @dev Ends a dispute. `ruled`: by the arbitrator, who is then owed its price.
    function _close(bytes32 id, Outcome outcome, bool ruled) internal {
        Dispute memory d = _disputes[id];
        _markClosed(_disputes[id], outcome);
        address[] memory jurors = IJury(jury).close(id, d.verdict);
        bool guilty = outcome == Outcome.Upheld || outcome == Outcome.Conceded;
        uint256 halfStrikes = 0;
        Settlement memory s;
        _endTails(id, d.executor, guilty, s);
        uint256 lost = _endDeposits(id, d, outcome, ruled, s);
        uint256 due = ruled && d.arbitrationAppellant == address(0) ? d.arbitrationCost : 0;
        if (guilty) {
            halfStrikes = _strike(d, outcome);
            _slash(id, d, outcome, due + jurors.length * jurorFee, s);
        } else {
            IStakeRegistry(stakeRegistry).unfreeze(id);
        }
        lost = _payFees(id, jurors, due, lost, s);
        s.compensation = lost / 2;
        s.treasury = lost - s.compensation;
        _credit(id, outcome == Outcome.Rejected ? d.executor : d.challenger, s.compensation);
        _credit(id, IStakeRegistry(stakeRegistry).treasury(), s.treasury);
        if (outcome != Outcome.Void) IAccountingV2(accounting).countDispute(d.challenger, d.executor, guilty);
        emit MeasuredMoved(id, State.Closed, d.round, 0);
        emit MeasuredClosed(id, d.executor, d.challenger, d.kind, outcome, halfStrikes, s);
    }

    function _markClosed(Dispute storage d, Outcome outcome) private {
        d.state = State.Closed;
        d.outcome = outcome;
        d.until = 0;
        d.bond = 0;
        d.penalty = 0;
        d.restitution = 0;
        d.arbitrationCost = 0;
        d.appealDeposit = 0;
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

    /// @dev Returns the deposits of who was right, and says what the others lost. An appeal that no jury and no arbitrator
    /// came to decide is not lost.
    function _endDeposits(
        bytes32 id,
        Dispute memory d,
        Outcome outcome,
        bool ruled,
        Settlement memory s
    ) private returns (uint256 lost) {
        if (outcome == Outcome.Rejected) lost = d.bond;
        else _giveBack(id, d.challenger, d.bond, s);

        if (d.verdictRound == d.round && d.appellant == _loserOf(d, outcome)) lost += d.appealDeposit;
        else _giveBack(id, d.appellant, d.appealDeposit, s);

        if (d.arbitrationAppellant == address(0)) return lost;
        if (!ruled) {
            _giveBack(id, d.arbitrationAppellant, d.arbitrationCost, s);
            return lost;
        }
        s.fees += d.arbitrationCost;
        _credit(id, IArbitrator(arbitrator).feeRecipient(), d.arbitrationCost);
    }

    function _giveBack(bytes32 id, address account, uint256 amount, Settlement memory s) private {
        s.returned += amount;
        _credit(id, account, amount);
    }

    /// @dev Zero if nobody lost.
    function _loserOf(Dispute memory d, Outcome outcome) private pure returns (address) {
        if (outcome == Outcome.Upheld) return d.executor;
        return outcome == Outcome.Rejected ? d.challenger : address(0);
    }

    function _strike(Dispute memory d, Outcome outcome) private returns (uint256 halves) {
        halves = outcome == Outcome.Upheld ? UPHELD_HALF_STRIKES : CONCEDED_HALF_STRIKES;
        IStakeRegistry(stakeRegistry).strike(d.executor, _offenceOf(d.kind), halves, STRIKE_WINDOW);
    }

    /// @dev Rounded up, against the executor. The jury's share is as large as its fees ask for and no larger: what a juror
    /// earns must not depend on what it finds. The shares together are 50 % at most.
    function _slash(bytes32 id, Dispute memory d, Outcome outcome, uint256 fees, Settlement memory s) private {
        uint256 penalty = _penaltyLeft(d);
        if (outcome == Outcome.Conceded) penalty = Math.ceilDiv(penalty, CONCESSION_DIVISOR);
        IStakeRegistry.Payout memory payout = IStakeRegistry(stakeRegistry).slash(
            IStakeRegistry.Slash({
                id: id,
                member: d.executor,
                offence: _offenceOf(d.kind),
                restitution: d.restitution,
                penalty: penalty,
                reporter: d.challenger,
                victim: d.challenger,
                jury: address(this),
                reporterShare: REPORTER_SHARE,
                victimShare: 0,
                juryShare: Math.min(MAX_JURY_SHARE, Math.ceilDiv(fees * WHOLE, penalty)),
                victimLimit: 0
            })
        );
        _takenFrom[d.executor] += payout.jury + payout.treasury;
        s.slashRestituted = payout.restituted;
        s.slashReporter = payout.reporter;
        s.slashJury = payout.jury;
        s.slashTreasury = payout.treasury;
    }

    /// @dev What is left of the penalty after what was taken meanwhile, see `Dispute`; rounded against the executor.
    function _penaltyLeft(Dispute memory d) private view returns (uint256) {
        uint256 meanwhile = _takenFrom[d.executor] - d.takenBefore;
        return Math.max(Math.saturatingSub(d.penalty, (meanwhile * d.stakeShare) / WHOLE), _minimumPenalty());
    }

    /// @dev Basis points, by the strikes so far: a fifth, a half, everything.
    function _stakeShareOf(address executor) internal view returns (uint256) {
        IStakeRegistry.Offence offence = IStakeRegistry.Offence.WrongModel;
        uint256 halves = IStakeRegistry(stakeRegistry).strikesOf(executor, offence, STRIKE_WINDOW);
        if (halves < UPHELD_HALF_STRIKES) return 2_000;
        return halves < 2 * UPHELD_HALF_STRIKES ? 5_000 : WHOLE;
    }

    function _minimumPenalty() internal view returns (uint256) {
        uint256 minimum = IStakeRegistry(stakeRegistry).minimumStake(IStakeRegistry.Role.Executor);
        return Math.ceilDiv(minimum * MIN_PENALTY_SHARE, WHOLE);
    }

    function _offenceOf(Kind kind) internal pure returns (IStakeRegistry.Offence) {
        return kind == Kind.WrongModel ? IStakeRegistry.Offence.WrongModel : IStakeRegistry.Offence.TokenInflation;
    }

    /* INTERNAL: FEES */

    /// @dev Pays the arbitrator what it is `due`, then the jurors, equally: out of the slash first, then out of `lost`
    /// deposits, as far as these go. What is left of the slash goes to the treasury, what is left of `lost` is returned.
    function _payFees(
        bytes32 id,
        address[] memory jurors,
        uint256 due,
        uint256 lost,
        Settlement memory s
    ) private returns (uint256 left) {
        uint256 slashLeft = s.slashJury;
        left = lost;
        if (due != 0) {
            (uint256 fromSlash, uint256 fromLost) = _partsOf(due, slashLeft, left);
            slashLeft -= fromSlash;
            left -= fromLost;
            _payFee(id, IArbitrator(arbitrator).feeRecipient(), fromSlash, fromLost);
        }
        if (jurors.length != 0) {
            (uint256 fromSlash, uint256 fromLost) = _partsOf(jurorFee, slashLeft / jurors.length, left / jurors.length);
            slashLeft -= fromSlash * jurors.length;
            left -= fromLost * jurors.length;
            for (uint256 i = 0; i < jurors.length; ++i) _payFee(id, jurors[i], fromSlash, fromLost);
        }
        s.fees += lost - left;
        if (slashLeft == 0) return left;
        s.slashJury -= slashLeft;
        s.slashTreasury += slashLeft;
        IStakeRegistry(stakeRegistry).transferRewards(IStakeRegistry(stakeRegistry).treasury(), slashLeft);
    }

    function _partsOf(
        uint256 fee,
        uint256 slashLeft,
        uint256 lostLeft
    ) private pure returns (uint256 fromSlash, uint256 fromLost) {
        fromSlash = Math.min(fee, slashLeft);
        fromLost = Math.min(fee - fromSlash, lostLeft);
    }

    function _payFee(bytes32 id, address account, uint256 fromSlash, uint256 fromLost) private {
        if (fromSlash != 0) IStakeRegistry(stakeRegistry).transferRewards(account, fromSlash);
        _credit(id, account, fromLost);
    }
}
