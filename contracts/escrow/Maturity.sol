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

    /// @notice The two tails as they stand in `epoch`, which is not before the stored one.
    function roll(
        IAccountingV2.Earnings memory stored,
        uint48 epoch
    ) internal pure returns (uint104 currentTail, uint104 previousTail) {
        if (stored.epoch == epoch) return (stored.currentTail, stored.previousTail);
        if (stored.epoch + 1 == epoch) return (0, stored.currentTail);
        return (0, 0);
    }

    /// @notice Tail money that has not matured in `epoch`.
    function unmatured(IAccountingV2.Earnings memory stored, uint48 epoch) internal pure returns (uint256) {
        (uint104 currentTail, uint104 previousTail) = roll(stored, epoch);
        return uint256(currentTail) + previousTail;
    }
}
