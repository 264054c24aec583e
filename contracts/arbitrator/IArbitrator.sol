// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IArbitrable} from "./IArbitrable.sol";

/// @title IArbitrator: the last instance, in the shape of ERC-792
/// @notice It differs from ERC-792 in one thing: the price is in the network's payment token and not in the chain's coin.
/// Whoever asks takes it from the parties, and pays it to `feeRecipient` once there is a ruling.
/// @dev `createDispute` and `arbitrationCost` must not revert for a known court: a dispute would stop there. A court that
/// can refuse belongs behind an adapter that accepts first and asks it then.
interface IArbitrator {
    /* ERRORS */

    error ArbitratorCostTooLarge(uint256 maximum, uint256 asked);
    error ArbitratorNoChoices();
    error ArbitratorNotAccount(address account, address caller);
    error ArbitratorUnknownDispute(uint256 disputeId);
    error ArbitratorAlreadyRuled(uint256 disputeId);
    error ArbitratorUnknownRuling(uint256 choices, uint256 ruling);

    /* EVENTS */

    event DisputeCreation(uint256 indexed disputeId, IArbitrable indexed arbitrable);

    /* ACTIONS */

    /// @notice Asks for a ruling. It comes as a call of `rule`, if it comes.
    /// @param choices How many there are, from 1.
    /// @param extraData What the arbitrator may want to know: for measured disputes, their id.
    function createDispute(uint256 choices, bytes calldata extraData) external returns (uint256 disputeId);

    /* VIEWS */

    /// @notice Price of a ruling, base units of the payment token.
    function arbitrationCost(bytes calldata extraData) external view returns (uint256 cost);

    /// @notice Who is paid for rulings; zero if nobody ever rules.
    function feeRecipient() external view returns (address);
}
