// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IJury} from "../../contracts/jury/IJury.sol";
import {Votes} from "../../contracts/jury/Votes.sol";

/// What holds of every count of votes, and of every vote under every outcome.
contract VotesProof {
    /// A finding has more than half of the seats, and nothing else is one.
    function aFindingHasMostSeats(IJury.Panel memory panel) external pure {
        IJury.Verdict verdict = Votes.verdict(panel);
        bool mismatch = uint256(panel.mismatches) * 2 > panel.size;
        assert((verdict == IJury.Verdict.Mismatch) == mismatch);
        if (verdict == IJury.Verdict.Match) assert(uint256(panel.matches) * 2 > panel.size);
        if (verdict == IJury.Verdict.None) assert(uint256(panel.matches) * 2 <= panel.size);
    }

    /// Two findings never come out of one panel: which of them is asked first does not matter.
    function findingsExcludeEachOther(uint8 mismatches, uint8 matches, uint8 size) external pure {
        require(uint256(mismatches) + matches <= size);
        assert(!(uint256(mismatches) * 2 > size && uint256(matches) * 2 > size));
    }

    /// Nobody is paid and fined for one vote, and nobody is fined for one that says neither.
    function nobodyIsPaidAndFined(IJury.Choice choice, IJury.Verdict truth) external pure {
        bool opposite = Votes.isOpposite(choice, truth);
        assert(!(opposite && Votes.isPaid(choice, truth)));
        assert(!opposite || choice == IJury.Choice.Mismatch || choice == IJury.Choice.Match);
    }

    /// Under every finding a vote is wrong: the opposite one. There is no finding that lets all votes be right.
    function everyFindingFindsAVoteWrong(IJury.Verdict truth) external pure {
        if (truth == IJury.Verdict.None) return;
        assert(Votes.isOpposite(IJury.Choice.Match, truth) || Votes.isOpposite(IJury.Choice.Mismatch, truth));
    }
}
