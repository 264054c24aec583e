// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IMeasuredDisputes} from "./IMeasuredDisputes.sol";

/// @title IMeasuredDeposits: what opening a dispute and appealing cost, and who gets it in the end
/// @notice Holds the deposits of open disputes, and what accounts have coming out of those that ended, until they take it. Who
/// pays approves this contract.
/// @dev A deposit belongs to the court that asked for it: a dispute contract, by the stake registry's word. Nothing is sent on
/// the way, so that no recipient and no token's list can stop the end of a dispute.
interface IMeasuredDeposits {
    /* TYPES */

    /// @notice What was paid for one dispute. Amounts are zero once it is over.
    /// @param court Whose dispute it is.
    /// @param bond `BOND_FEES` fees of a juror, paid by `payer`.
    /// @param appeal `APPEAL_BONDS` bonds for the second jury, paid by `appellant`; zero if nobody appealed.
    /// @param ruling The arbitrator's price, paid by `rulingAppellant`; zero if nobody asked for one.
    struct Deposit {
        address court;
        uint96 bond;
        address payer;
        uint96 appeal;
        address appellant;
        uint96 ruling;
        address rulingAppellant;
    }

    /// @notice How a dispute ended.
    /// @param outcome `Rejected`: the bond is lost; `Void`: it pays for the work, and the rest comes back; else it comes back.
    /// @param appealLost Whether a jury or a ruling confirmed what the appeal was against.
    /// @param winner Gets half of what is left of lost deposits; the treasury the rest.
    /// @param jurors Owed a fee each.
    /// @param arbitrator Who ruled; zero for nobody, whose price comes back then.
    /// @param price What the arbitrator is owed if nobody has paid it.
    /// @param slashed What of a slash is there for jurors and arbitrator.
    struct End {
        IMeasuredDisputes.Outcome outcome;
        bool appealLost;
        address winner;
        address[] jurors;
        address arbitrator;
        uint256 price;
        uint256 slashed;
    }

    /// @notice What became of the deposits, and what the slash is to pay.
    /// @param returned To who had paid it.
    /// @param fees To jurors and arbitrator.
    /// @param compensation To the winner.
    /// @param treasury To the treasury.
    /// @param perJuror What of each juror's fee the slash pays.
    /// @param toArbitrator What of its price the slash pays.
    struct Division {
        uint256 returned;
        uint256 fees;
        uint256 compensation;
        uint256 treasury;
        uint256 perJuror;
        uint256 toArbitrator;
    }

    /* ERRORS */

    error DepositZeroAddress();
    error DepositFeeOutOfRange(uint256 minimum, uint256 maximum, uint256 asked);
    error DepositNotCourt(address caller);
    error DepositExists(bytes32 id);
    error DepositTokenShortfall(uint256 expected, uint256 received);
    error DepositNoCredit();
    error DepositZeroAmount();

    /* EVENTS */

    /// @param spent What of it was credit.
    event DepositTaken(bytes32 indexed id, address indexed payer, uint256 amount, uint256 spent);
    /// @param credit Of the account afterwards.
    event Credited(bytes32 indexed id, address indexed account, uint256 amount, uint256 credit);
    /// @notice Money came in for bonds, appeals and prices to come.
    /// @param credit Of the account afterwards.
    event CreditAdded(address indexed account, address indexed payer, uint256 amount, uint256 credit);
    event CreditWithdrawn(address indexed account, address indexed to, uint256 amount);

    /* COURT */

    /// @notice Takes the bond of a new dispute with this penalty.
    function takeBond(bytes32 id, address payer, uint256 penalty) external;

    /// @notice Takes what an appeal to the second jury costs.
    function takeAppeal(bytes32 id, address payer) external returns (uint256 amount);

    /// @notice Takes the arbitrator's price.
    function takePrice(bytes32 id, address payer, uint256 price) external;

    /// @notice Divides the deposits of a dispute that ended. Jurors come first, then the arbitrator.
    function divide(bytes32 id, End calldata end) external returns (Division memory division);

    /* ANYONE */

    /// @notice Adds credit of `account`, paid by the caller: with it the account pays bonds, appeals and prices, or takes it out.
    function creditFor(address account, uint256 amount) external;

    /// @notice Pays the caller's credit out to `to`.
    function withdrawCredit(address to) external returns (uint256 amount);

    /* VIEWS */

    function stakeRegistry() external view returns (address);
    function paymentToken() external view returns (address);

    /// @notice What a juror is paid at least, base units. Of a large penalty it is a `FEE_DIVISOR`th.
    function jurorFee() external view returns (uint256);

    /// @notice What opening a dispute with this penalty costs: the fees of both panels.
    /// @return bond Paid at opening.
    /// @return fee Of one juror.
    function bondFor(uint256 penalty) external view returns (uint256 bond, uint256 fee);

    function deposits(
        bytes32 id
    )
        external
        view
        returns (
            address court,
            uint96 bond,
            address payer,
            uint96 appeal,
            address appellant,
            uint96 ruling,
            address rulingAppellant
        );

    function creditOf(address account) external view returns (uint256);
}
