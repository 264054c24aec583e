// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IMeasuredDisputes} from "./IMeasuredDisputes.sol";
import {IStakeRegistry} from "../../stake/IStakeRegistry.sol";

/// @title IMeasuredPenalties: what a proven fault costs an executor
/// @notice Freezes, while a dispute is open, what it can take of the executor's stake; in the end lets it go, or takes it, notes
/// strikes, and sends who is proven guilty for the third time to jail.
/// @dev A penalty is a share of all stake that a slash can reach, by the proofs of the same fault in the last 90 days: 20, 50 and
/// 100 % for a wrong model; 5, 10 and 20 % for inflated counts, and at least a hundred overcharges: one proof in a hundred
/// inflated answers shall be enough to make them a loss. No penalty is below `minimumPenalty`, or above what is there.
/// @dev It is fixed when the dispute is opened, and belongs to the court that opened it: a dispute contract, by the stake
/// registry's word.
interface IMeasuredPenalties {
    /* TYPES */

    /// @notice What an open dispute may take.
    /// @param court Whose dispute it is.
    /// @param amount Largest slash. For a wrong model, in the end lower by its share of what other disputes took meanwhile and no
    /// challenger got: a first offence does not take everything because it was complained of in pieces.
    /// @param executor Whose stake.
    /// @param restitution What was paid for the answers and had already matured; frozen as well.
    /// @param kind Of what.
    /// @param unpaid What of the slash waits here for `pay`.
    /// @param share Basis points of the stake that `amount` is for a wrong model; else zero.
    /// @param takenBefore All that was ever taken here of the executor's stake at opening, likewise.
    struct Penalty {
        address court;
        uint96 amount;
        address executor;
        uint96 restitution;
        IMeasuredDisputes.Kind kind;
        uint96 unpaid;
        uint16 share;
        uint256 takenBefore;
    }

    /* ERRORS */

    error PenaltyZeroAddress();
    error PenaltyFeeTooLarge(uint256 maximum, uint256 fee);
    error PenaltyNotCourt(address caller);
    error PenaltyExists(bytes32 id);
    error PenaltyStakeTooSmall(uint256 minimum, uint256 stake);

    /* COURT */

    /// @notice Fixes the penalty of a new dispute, and freezes it. Refused if less than the smallest is at stake.
    /// @param overcharge Zero for `WrongModel`.
    function threaten(
        bytes32 id,
        IMeasuredDisputes.Kind kind,
        address executor,
        uint256 overcharge,
        uint256 restitution
    ) external returns (uint256 amount);

    /// @notice Lets the executor go.
    function lift(bytes32 id) external;

    /// @notice Takes the penalty, or of a conceded one the quarter.
    /// @param challenger Gets the restitution, and 30 % of the penalty.
    /// @param fees What jurors and arbitrator are owed. Their share comes to no more than that, nor than a fifth, and waits here
    /// for `pay`.
    /// @return payout Of the slash.
    /// @return halfStrikes Noted.
    function punish(
        bytes32 id,
        address challenger,
        bool conceded,
        uint256 fees
    ) external returns (IStakeRegistry.Payout memory payout, uint256 halfStrikes);

    /// @notice Divides what waits here: so much for each juror and the arbitrator; the treasury gets the rest.
    /// @return rest What the treasury got.
    function pay(
        bytes32 id,
        address[] calldata jurors,
        uint256 perJuror,
        address arbitrator,
        uint256 toArbitrator
    ) external returns (uint256 rest);

    /* VIEWS */

    function deposits() external view returns (address);
    function stakeRegistry() external view returns (address);

    /// @notice Smallest penalty: a fifth of it pays the jurors of both panels, and it is a twentieth of the executors' minimum
    /// at least.
    function minimumPenalty() external view returns (uint256);

    /// @notice Penalty of a new dispute about the executor's answers. Reverts if less than the smallest is at stake.
    function penaltyFor(
        IMeasuredDisputes.Kind kind,
        address executor,
        uint256 overcharge
    ) external view returns (uint256);

    function penalties(
        bytes32 id
    )
        external
        view
        returns (
            address court,
            uint96 amount,
            address executor,
            uint96 restitution,
            IMeasuredDisputes.Kind kind,
            uint96 unpaid,
            uint16 share,
            uint256 takenBefore
        );
}
