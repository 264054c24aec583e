// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IJury} from "./IJury.sol";

/// @title Votes: what jurors commit to, and what their votes come to
/// @dev Votes are only counted, so that their order cannot matter.
library Votes {
    /// @notice What a juror commits to.
    function hash(
        bytes32 id,
        uint256 round,
        address juror,
        IJury.Choice choice,
        bytes32 salt
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(id, round, juror, choice, salt));
    }

    /// @notice What a panel found: what more than half of its seats say, whether the others came or not. Nothing else is a
    /// finding, so that neither staying away nor a few votes decide anything.
    function verdict(IJury.Panel memory panel) internal pure returns (IJury.Verdict) {
        if (_isMost(panel.mismatches, panel.size)) return IJury.Verdict.Mismatch;
        return _isMost(panel.matches, panel.size) ? IJury.Verdict.Match : IJury.Verdict.None;
    }

    /// @notice Whether a juror is paid for what it revealed: who found what turned out to be true, or, if nothing did, all who
    /// revealed. That the evidence does not suffice can be said without looking at it, so that it is not paid where others
    /// found something.
    function isPaid(IJury.Choice choice, IJury.Verdict truth) internal pure returns (bool) {
        if (truth == IJury.Verdict.Mismatch) return choice == IJury.Choice.Mismatch;
        if (truth == IJury.Verdict.Match) return choice == IJury.Choice.Match;
        return choice != IJury.Choice.None;
    }

    /// @notice Whether a juror who revealed `choice` said the opposite of what is true.
    function isOpposite(IJury.Choice choice, IJury.Verdict truth) internal pure returns (bool) {
        if (truth == IJury.Verdict.Mismatch) return choice == IJury.Choice.Match;
        return truth == IJury.Verdict.Match && choice == IJury.Choice.Mismatch;
    }

    function _isMost(uint256 votes, uint256 seats) private pure returns (bool) {
        return votes * 2 > seats;
    }
}
