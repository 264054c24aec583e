// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IMeasuredDeposits} from "./IMeasuredDeposits.sol";
import {IMeasuredDisputes} from "./IMeasuredDisputes.sol";
import {IStakeRegistry} from "../../stake/IStakeRegistry.sol";

/// @title MeasuredDeposits
/// @dev Immutable: no owner, no pause, no proxy. Its tokens are the deposits of open disputes and the credits that were not
/// taken yet, to the unit.
contract MeasuredDeposits is IMeasuredDeposits, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /* CONSTANTS */

    /// @notice Fees that a bond is worth: those of both panels, so that jurors are paid whatever comes of their work.
    uint256 public constant BOND_FEES = 16;
    /// @notice An appeal to the second jury costs so many bonds.
    uint256 public constant APPEAL_BONDS = 2;
    /// @notice A fee is at least one of so many parts of the penalty: what a vote is worth grows with what it decides.
    uint256 public constant FEE_DIVISOR = 250;

    /* IMMUTABLES */

    /// @inheritdoc IMeasuredDeposits
    address public immutable override stakeRegistry;
    /// @inheritdoc IMeasuredDeposits
    address public immutable override paymentToken;
    /// @inheritdoc IMeasuredDeposits
    uint256 public immutable override jurorFee;

    /* STORAGE */

    /// @inheritdoc IMeasuredDeposits
    mapping(bytes32 id => Deposit) public override deposits;
    /// @inheritdoc IMeasuredDeposits
    mapping(address account => uint256) public override creditOf;

    /* CONSTRUCTOR */

    /// @param stakeRegistry_ Says who is a court; its token is the deposits', too.
    /// @param jurorFee_ Base units.
    constructor(address stakeRegistry_, uint256 jurorFee_) {
        require(stakeRegistry_ != address(0), DepositZeroAddress());
        uint256 most = type(uint64).max;
        require(jurorFee_ != 0 && jurorFee_ <= most, DepositFeeOutOfRange(1, most, jurorFee_));
        stakeRegistry = stakeRegistry_;
        paymentToken = IStakeRegistry(stakeRegistry_).stakeToken();
        jurorFee = jurorFee_;
    }

    /* COURT */

    /// @inheritdoc IMeasuredDeposits
    function takeBond(bytes32 id, address payer, uint256 penalty) external nonReentrant {
        IStakeRegistry.Power power = IStakeRegistry(stakeRegistry).powerOf(msg.sender);
        require(power == IStakeRegistry.Power.StakeAndTails, DepositNotCourt(msg.sender));
        Deposit storage deposit = deposits[id];
        require(deposit.court == address(0), DepositExists(id));
        (uint256 bond, ) = bondFor(penalty);
        deposit.court = msg.sender;
        deposit.payer = payer;
        deposit.bond = uint96(bond); // Below a tenth of a stake, or sixteen fees of 64 bits; likewise below.
        _pull(id, payer, bond);
    }

    /// @inheritdoc IMeasuredDeposits
    function takeAppeal(bytes32 id, address payer) external nonReentrant returns (uint256 amount) {
        Deposit storage deposit = _ofCourt(id);
        amount = APPEAL_BONDS * deposit.bond;
        deposit.appellant = payer;
        deposit.appeal = uint96(amount);
        _pull(id, payer, amount);
    }

    /// @inheritdoc IMeasuredDeposits
    function takePrice(bytes32 id, address payer, uint256 price) external nonReentrant {
        Deposit storage deposit = _ofCourt(id);
        deposit.rulingAppellant = payer;
        deposit.ruling = uint96(price); // Courts ask for no more than a token has.
        _pull(id, payer, price);
    }

    /// @inheritdoc IMeasuredDeposits
    function divide(bytes32 id, End calldata end) external nonReentrant returns (Division memory division) {
        Deposit memory deposit = _ofCourt(id);
        (deposits[id].bond, deposits[id].appeal, deposits[id].ruling) = (0, 0, 0);
        uint256 pot = _lostOf(id, deposit, end, division);
        uint256 left = _payFees(id, deposit, end, pot, division);
        division.fees += pot - left;
        if (end.outcome == IMeasuredDisputes.Outcome.Void) {
            _giveBack(id, deposit.payer, left, division);
            return division;
        }
        division.compensation = left / 2;
        division.treasury = left - division.compensation;
        _credit(id, end.winner, division.compensation);
        _credit(id, IStakeRegistry(stakeRegistry).treasury(), division.treasury);
    }

    /* ANYONE */

    /// @inheritdoc IMeasuredDeposits
    function creditFor(address account, uint256 amount) external nonReentrant {
        require(account != address(0), DepositZeroAddress());
        require(amount != 0, DepositZeroAmount());
        _receive(msg.sender, amount);
        uint256 credit = creditOf[account] + amount;
        creditOf[account] = credit;
        emit CreditAdded(account, msg.sender, amount, credit);
    }

    /// @inheritdoc IMeasuredDeposits
    function withdrawCredit(address to) external nonReentrant returns (uint256 amount) {
        require(to != address(0), DepositZeroAddress());
        amount = creditOf[msg.sender];
        require(amount != 0, DepositNoCredit());
        creditOf[msg.sender] = 0;
        emit CreditWithdrawn(msg.sender, to, amount);
        IERC20(paymentToken).safeTransfer(to, amount);
    }

    /* VIEWS */

    /// @inheritdoc IMeasuredDeposits
    function bondFor(uint256 penalty) public view returns (uint256 bond, uint256 fee) {
        fee = Math.max(jurorFee, Math.ceilDiv(penalty, FEE_DIVISOR));
        bond = BOND_FEES * fee;
    }

    /* INTERNAL: DIVIDING */

    /// @dev Returns what nobody lost, and says what the rest comes to.
    function _lostOf(
        bytes32 id,
        Deposit memory deposit,
        End calldata end,
        Division memory division
    ) private returns (uint256 lost) {
        IMeasuredDisputes.Outcome outcome = end.outcome;
        if (outcome == IMeasuredDisputes.Outcome.Rejected || outcome == IMeasuredDisputes.Outcome.Void) {
            lost = deposit.bond;
        } else {
            _giveBack(id, deposit.payer, deposit.bond, division);
        }
        if (end.appealLost) lost += deposit.appeal;
        else _giveBack(id, deposit.appellant, deposit.appeal, division);
        if (end.arbitrator == address(0)) {
            _giveBack(id, deposit.rulingAppellant, deposit.ruling, division);
        } else {
            division.fees += deposit.ruling;
            _credit(id, end.arbitrator, deposit.ruling);
        }
    }

    /// @dev Out of the slash first, then out of `pot`, as far as these go.
    function _payFees(
        bytes32 id,
        Deposit memory deposit,
        End calldata end,
        uint256 pot,
        Division memory division
    ) private returns (uint256 left) {
        uint256 slashed = end.slashed;
        left = pot;
        uint256 count = end.jurors.length;
        if (count != 0) {
            uint256 fee = deposit.bond / BOND_FEES;
            division.perJuror = Math.min(fee, slashed / count);
            uint256 fromPot = Math.min(fee - division.perJuror, left / count);
            slashed -= division.perJuror * count;
            left -= fromPot * count;
            for (uint256 i = 0; i < count; ++i) _credit(id, end.jurors[i], fromPot);
        }
        if (end.arbitrator == address(0) || deposit.rulingAppellant != address(0)) return left;
        division.toArbitrator = Math.min(end.price, slashed);
        uint256 rest = Math.min(end.price - division.toArbitrator, left);
        left -= rest;
        _credit(id, end.arbitrator, rest);
    }

    function _giveBack(bytes32 id, address account, uint256 amount, Division memory division) private {
        division.returned += amount;
        _credit(id, account, amount);
    }

    function _credit(bytes32 id, address account, uint256 amount) private {
        if (amount == 0) return;
        uint256 credit = creditOf[account] + amount;
        creditOf[account] = credit;
        emit Credited(id, account, amount, credit);
    }

    /* INTERNAL: TAKING */

    /// @dev Takes the payer's credit first. Courts name who called them as the payer.
    function _pull(bytes32 id, address payer, uint256 amount) private {
        uint256 spent = Math.min(creditOf[payer], amount);
        creditOf[payer] -= spent;
        emit DepositTaken(id, payer, amount, spent);
        if (spent != amount) _receive(payer, amount - spent);
    }

    /// @dev Measures what arrives, so that a token that charges on transfer is refused. A surplus is not credited.
    function _receive(address payer, uint256 amount) private {
        IERC20 token = IERC20(paymentToken);
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(payer, address(this), amount);
        uint256 received = token.balanceOf(address(this)) - before;
        require(received >= amount, DepositTokenShortfall(amount, received));
    }

    function _ofCourt(bytes32 id) private view returns (Deposit storage deposit) {
        deposit = deposits[id];
        require(deposit.court == msg.sender, DepositNotCourt(msg.sender));
    }
}
