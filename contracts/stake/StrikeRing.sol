// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title StrikeRing: the last six half strikes of a member for one offence, in one storage slot
/// @dev Six times of 40 bits, the newest lowest; zero is no strike. Three strikes are the most that any rule counts, and a
/// concession counts for half of one.
library StrikeRing {
    /// @notice Half strikes that are remembered.
    uint256 internal constant LENGTH = 6;

    uint256 private constant TIME_BITS = 40;
    uint256 private constant TIME_MASK = type(uint40).max;
    uint256 private constant RING_MASK = (1 << (LENGTH * TIME_BITS)) - 1;

    /// @notice The ring with `halves` strikes of `timestamp` added; the oldest fall out.
    function push(uint256 ring, uint256 halves, uint256 timestamp) internal pure returns (uint256) {
        for (uint256 i = 0; i < halves && i < LENGTH; ++i) {
            ring = ((ring << TIME_BITS) | (timestamp & TIME_MASK)) & RING_MASK;
        }
        return ring;
    }

    /// @notice Strikes not older than `since`.
    function countSince(uint256 ring, uint256 since) internal pure returns (uint256 count) {
        for (; ring != 0; ring >>= TIME_BITS) {
            if (ring & TIME_MASK >= since) ++count;
        }
    }
}
