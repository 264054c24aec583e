// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IJury} from "../../contracts/jury/IJury.sol";
import {Votes} from "../../contracts/jury/Votes.sol";

/// What holds of every count of votes, and of every vote under every outcome.
contract VotesProof {
    /// A finding has three votes and two thirds of all, and nothing else is one.
    function aFindingHasTwoThirds(IJury.Panel memory panel) external pure {
        IJury.Verdict verdict = Votes.verdict(panel);
        bool mismatch = panel.mismatches >= 3 && uint256(panel.mismatches) * 3 >= uint256(panel.revealed) * 2;
        if (verdict == IJury.Verdict.Mismatch) assert(mismatch);
        if (verdict != IJury.Verdict.Mismatch) assert(!mismatch || panel.revealed < 3);
        if (verdict == IJury.Verdict.Match) assert(panel.matches >= 3);
        if (verdict == IJury.Verdict.Match) assert(uint256(panel.matches) * 3 >= uint256(panel.revealed) * 2);
    }

    /// Two findings never come out of one panel: which of them is asked first does not matter.
    function findingsExcludeEachOther(uint8 mismatches, uint8 matches, uint8 revealed) external pure {
        require(uint256(mismatches) + matches <= revealed && revealed >= 3);
        bool mismatch = uint256(mismatches) * 3 >= uint256(revealed) * 2;
        bool match_ = uint256(matches) * 3 >= uint256(revealed) * 2;
        assert(!(mismatch && match_));
    }

    /// Nobody is paid and fined for one vote, and nobody is fined for one that says neither.
    function nobodyIsPaidAndFined(IJury.Choice choice, IJury.Verdict truth) external pure {
        bool opposite = Votes.isOpposite(choice, truth);
        assert(!(opposite && Votes.isCoherent(choice, truth)));
        assert(!opposite || choice == IJury.Choice.Mismatch || choice == IJury.Choice.Match);
    }
}
