// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IJury} from "./IJury.sol";
import {IStakeRegistry} from "../stake/IStakeRegistry.sol";
import {Shuffle} from "./Shuffle.sol";

/// @title JuryCandidates: the list of validators who can be drawn, and the drawing
/// @dev While a draw is pending the list only grows at its end, behind what the draw looks at. So everything that decides
/// who is drawn is fixed before the seed is known, but for one thing: a candidate can make itself ineligible, which
/// lets the next one take its place.
abstract contract JuryCandidates is IJury {
    using Shuffle for Shuffle.Deck;

    /* CONSTANTS */

    /// @notice How long a validator has to have been active without interruption before a panel is asked for.
    uint256 public constant ELIGIBLE_AFTER = 7 days;
    /// @notice How many candidates a draw looks at, at most.
    uint256 public constant MAX_TRIES = 96;

    /* IMMUTABLES */

    /// @inheritdoc IJury
    address public immutable override stakeRegistry;

    /* STORAGE */

    /// @inheritdoc IJury
    uint256 public override pendingDraws;
    /// @inheritdoc IJury
    mapping(bytes32 id => mapping(address account => Vote)) public override votes;

    address[] private _candidates;
    /// @dev Place on the list, from 1; zero for who is not on it.
    mapping(address validator => uint256 place) private _places;

    /* CANDIDATES */

    /// @inheritdoc IJury
    function enlist() external {
        require(_activeSince(msg.sender) != 0, JuryNotValidator(msg.sender));
        require(_places[msg.sender] == 0, JuryAlreadyEnlisted(msg.sender));
        _candidates.push(msg.sender);
        _places[msg.sender] = _candidates.length;
        emit Enlisted(msg.sender, _candidates.length);
    }

    /// @inheritdoc IJury
    function delist(address validator) external {
        require(pendingDraws == 0, JuryDrawPending(pendingDraws));
        require(msg.sender == validator || _activeSince(validator) == 0, JuryStillActive(validator));
        uint256 place = _places[validator];
        require(place != 0, JuryNotEnlisted(validator));
        // The last one takes the place.
        address last = _candidates[_candidates.length - 1];
        _candidates[place - 1] = last;
        _places[last] = place;
        _candidates.pop();
        delete _places[validator];
        emit Delisted(validator, _candidates.length);
    }

    /* VIEWS */

    /// @inheritdoc IJury
    function isEnlisted(address validator) external view returns (bool) {
        return _places[validator] != 0;
    }

    /// @inheritdoc IJury
    function candidateCount() public view returns (uint256) {
        return _candidates.length;
    }

    /// @inheritdoc IJury
    function candidateAt(uint256 index) external view returns (address) {
        return _candidates[index];
    }

    /* INTERNAL */

    /// @dev Looks at candidates in a random order until the panel is full; `found` are who can serve, filled up with zeros.
    function _choose(
        bytes32 id,
        Panel memory panel,
        bytes32 seed
    ) internal view returns (address[] memory found, uint256 count) {
        found = new address[](panel.size);
        uint256 tries = panel.candidates < MAX_TRIES ? panel.candidates : MAX_TRIES;
        Shuffle.Deck memory deck = Shuffle.create(seed, panel.candidates, tries);
        for (uint256 i = 0; i < tries && count < panel.size; ++i) {
            address candidate = _candidates[deck.deal()];
            if (_isEligible(id, candidate, panel.requestedAt)) found[count++] = candidate;
        }
    }

    function _isEligible(bytes32 id, address candidate, uint256 requestedAt) private view returns (bool) {
        if (votes[id][candidate].round != 0) return false;
        uint256 since = _activeSince(candidate);
        return since != 0 && since + ELIGIBLE_AFTER <= requestedAt;
    }

    /// @dev Zero for who is no active validator.
    function _activeSince(address account) private view returns (uint256) {
        (IStakeRegistry.Role role, uint40 since, , , , , , ) = IStakeRegistry(stakeRegistry).members(account);
        return role == IStakeRegistry.Role.Validator ? since : 0;
    }
}
