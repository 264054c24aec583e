// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Shuffle: the first cards of a shuffled deck, without shuffling the deck
/// @dev Fisher and Yates: the card at a random place is dealt, and the card at the next place takes its place. Only the
/// places that were dealt from are remembered, so that the work depends on how many cards are dealt and not on the deck.
/// Every card comes once; with a deck no larger than what is dealt, all come.
library Shuffle {
    /// @param seed Decides everything.
    /// @param size Cards in the deck.
    /// @param dealt Cards dealt.
    /// @param places Where they lay.
    /// @param cards Which card lies there now.
    struct Deck {
        bytes32 seed;
        uint256 size;
        uint256 dealt;
        uint256[] places;
        uint256[] cards;
    }

    /// @notice A deck of the numbers below `size`, of which up to `limit` will be dealt.
    function create(bytes32 seed, uint256 size, uint256 limit) internal pure returns (Deck memory) {
        return Deck(seed, size, 0, new uint256[](limit), new uint256[](limit));
    }

    /// @notice Deals the next card: a number below the deck's size that was not dealt before. There has to be one.
    /// @dev The remainder favours low places by less than 2^-200 for any deck that there can be.
    function deal(Deck memory deck) internal pure returns (uint256 card) {
        uint256 next = deck.dealt;
        uint256 place = next + (uint256(keccak256(abi.encode(deck.seed, next))) % (deck.size - next));
        card = _cardAt(deck, place, next);
        deck.places[next] = place;
        deck.cards[next] = place == next ? card : _cardAt(deck, next, next);
        deck.dealt = next + 1;
    }

    /// @dev The newest word on a place counts; a place that nobody dealt from has its own card.
    function _cardAt(Deck memory deck, uint256 place, uint256 known) private pure returns (uint256) {
        for (uint256 i = known; i != 0; --i) {
            if (deck.places[i - 1] == place) return deck.cards[i - 1];
        }
        return place;
    }
}
