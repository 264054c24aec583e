// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "./IAccountingV2.sol";

/// @title Maturity: which part of an executor's tail money can still be disputed
/// @dev Days are numbered from the Unix epoch. Money credited on one day stays unmatured for the rest of that day and
/// all of the next one: 24 to 48 hours, with two numbers per executor instead of an entry per answer.
library Maturity {
    uint256 internal constant EPOCH = 24 hours;

    /// @notice Number of the day that `timestamp` falls on.
    function epochAt(uint256 timestamp) internal pure returns (uint48) {
        return uint48(timestamp / EPOCH); // 2^48 days are longer than any chain.
    }

    /// @notice Two tails of the days `stored` and before as they stand in `epoch`, which is not before `stored`.
    function roll(
        uint256 currentTail,
        uint256 previousTail,
        uint256 stored,
        uint256 epoch
    ) internal pure returns (uint256, uint256) {
        if (stored == epoch) return (currentTail, previousTail);
        if (stored + 1 == epoch) return (0, currentTail);
        return (0, 0);
    }

    /// @notice Tail money that has not matured in `epoch`.
    function unmatured(IAccountingV2.Earnings memory stored, uint48 epoch) internal pure returns (uint256) {
        (uint256 currentTail, uint256 previousTail) = roll(
            stored.currentTail,
            stored.previousTail,
            stored.epoch,
            epoch
        );
        return currentTail + previousTail;
    }
}
