// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title ClaimQueue: what disputes claim of one member's stake, in the order in which they froze it
/// @dev A binary indexed tree: the sum at a place covers as many places up to it as the place's lowest bit says. Adding a claim,
/// changing one and summing up all before one take as many steps as the number of claims has bits. So nobody can make the
/// disputes of others dear by opening many.
library ClaimQueue {
    /// @param asked By disputes that are open.
    /// @param waiting Taken by slashes already, and not given to anybody until the claims before are over.
    struct Sums {
        uint128 asked;
        uint128 waiting;
    }

    /// @param length Claims ever; places count from one. Each costs a dispute.
    /// @param early What was paid out of turn, see `SlashShares`, since the oldest claim that is open was made.
    /// @param withheld What is there of all that waits. Less than its sum once an earlier claim was served out of it: the last
    /// in the queue go without.
    struct Queue {
        uint32 length;
        uint96 early;
        uint128 withheld;
        mapping(uint256 place => Sums) sums;
    }

    /// @notice Adds a claim behind all others.
    function append(Queue storage queue, uint128 asked, uint128 waiting) internal returns (uint256 place) {
        place = ++queue.length;
        Sums memory sums = Sums(asked, waiting);
        uint256 span = _lowestBit(place);
        for (uint256 step = 1; step < span; step <<= 1) {
            Sums memory part = queue.sums[place - step];
            sums.asked += part.asked;
            sums.waiting += part.waiting;
        }
        queue.sums[place] = sums;
    }

    /// @notice Ends what was `asked` at a place, of which `waiting` is left to wait there.
    function decide(Queue storage queue, uint256 place, uint128 asked, uint128 waiting) internal {
        for (uint256 i = place; i <= queue.length; i += _lowestBit(i)) {
            queue.sums[i].asked -= asked;
            queue.sums[i].waiting += waiting;
        }
    }

    /// @notice Ends what was `waiting` at a place.
    function remove(Queue storage queue, uint256 place, uint128 waiting) internal {
        for (uint256 i = place; i <= queue.length; i += _lowestBit(i)) queue.sums[i].waiting -= waiting;
    }

    /// @notice All claims before a place.
    function sumBefore(Queue storage queue, uint256 place) internal view returns (Sums memory sums) {
        for (uint256 i = place - 1; i != 0; i -= _lowestBit(i)) {
            Sums memory part = queue.sums[i];
            sums.asked += part.asked;
            sums.waiting += part.waiting;
        }
    }

    function _lowestBit(uint256 place) private pure returns (uint256) {
        return place & (~place + 1); // No place is zero, so that the addition cannot overflow.
    }
}
