// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IArbitrator} from "./IArbitrator.sol";

/// @title IArbitrable: who asks an arbitrator, in the shape of ERC-792
interface IArbitrable {
    /// @notice The arbitrator ruled.
    event Ruling(IArbitrator indexed arbitrator, uint256 indexed disputeId, uint256 ruling);

    /// @notice Takes a ruling. Only the arbitrator that the dispute was created at.
    /// @param disputeId The arbitrator's number.
    /// @param ruling Zero if it refuses to rule, else one of the choices, from 1.
    function rule(uint256 disputeId, uint256 ruling) external;
}
