// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Candidates: a list of who can be drawn, each once
/// @dev A new one goes to the end; the last one takes the place of one that leaves.
library Candidates {
    /// @param members In an order that only leaving changes.
    /// @param places Place on the list, from 1; zero for who is not on it.
    struct List {
        address[] members;
        mapping(address member => uint256 place) places;
    }

    /// @notice Puts a member, who is not on it, at the end of the list. Returns how many there are then.
    function add(List storage list, address member) internal returns (uint256 count) {
        list.members.push(member);
        count = list.members.length;
        list.places[member] = count;
    }

    /// @notice Takes a member, who is on it, off the list. Returns how many are left.
    function remove(List storage list, address member) internal returns (uint256 count) {
        uint256 place = list.places[member];
        count = list.members.length - 1;
        address last = list.members[count];
        list.members[place - 1] = last;
        list.places[last] = place;
        list.members.pop();
        delete list.places[member];
    }

    /// @notice Whether the member is on the list.
    function contains(List storage list, address member) internal view returns (bool) {
        return list.places[member] != 0;
    }
}
