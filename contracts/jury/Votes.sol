// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IJury} from "./IJury.sol";

/// @title Votes: what jurors commit to, and what their votes come to
/// @dev Votes are only counted, so that their order cannot matter.
library Votes {
    /// @notice With fewer revealed votes, and with fewer for a finding, nothing was found.
    uint256 internal constant MIN_REVEALS = 3;

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

    /// @notice What a panel found: two thirds of the revealed votes, and at least three.
    function verdict(IJury.Panel memory panel) internal pure returns (IJury.Verdict) {
        if (panel.revealed < MIN_REVEALS) return IJury.Verdict.None;
        if (_isEnough(panel.mismatches, panel.revealed)) return IJury.Verdict.Mismatch;
        return _isEnough(panel.matches, panel.revealed) ? IJury.Verdict.Match : IJury.Verdict.Unclear;
    }

    /// @notice Whether a juror who revealed `choice` was right, or measured and was not refuted. That the evidence does not
    /// suffice can be said without looking at it, so that nobody is paid for saying so.
    function isCoherent(IJury.Choice choice, IJury.Verdict truth) internal pure returns (bool) {
        if (truth == IJury.Verdict.Mismatch) return choice == IJury.Choice.Mismatch;
        if (truth == IJury.Verdict.Match) return choice == IJury.Choice.Match;
        return choice == IJury.Choice.Mismatch || choice == IJury.Choice.Match;
    }

    /// @notice Whether a juror who revealed `choice` said the opposite of what is true.
    function isOpposite(IJury.Choice choice, IJury.Verdict truth) internal pure returns (bool) {
        if (truth == IJury.Verdict.Mismatch) return choice == IJury.Choice.Match;
        return truth == IJury.Verdict.Match && choice == IJury.Choice.Mismatch;
    }

    function _isEnough(uint256 votes, uint256 revealed) private pure returns (bool) {
        return votes >= MIN_REVEALS && votes * 3 >= revealed * 2;
    }
}
