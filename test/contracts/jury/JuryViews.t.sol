// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IJury} from "../../../contracts/jury/IJury.sol";
import {Court} from "../support/Court.sol";
import {vm} from "../support/Vm.sol";

/*
Jury

candidateCount, candidateAt, isEnlisted
└── the list as `enlist` and `delist` left it
panelOf, jurorsOf
├── while a draw is pending: what was asked for, and nobody
├── drawn: JurorDrawn for each, in their order, and their deadlines
├── voted: the counts
└── each round by itself
phaseOf
├── no case, no panel: None
├── Drawing until it is drawn, then Commit to the last second
├── Reveal to the last second, earlier if all committed
├── Ended
└── Failed, if there were too few candidates (Jury.t.sol)
findingOf
├── more than half of the seats: Mismatch, Match
├── else: None
└── of the newest panel, with its phase and deadline
hashVote: also the vectors, in Vectors.t.sol
└── the hash of all that it names
dutyId
└── one for each juror of each case
*/
contract JuryViewsTest is Court {
    bytes32 private constant CASE = keccak256("case");
    uint256 private constant CANDIDATES = 8;

    function setUp() public {
        deployCourt();
        populate(CANDIDATES);
    }

    /* CANDIDATES */

    function test_TheListIsInTheOrderOfEnlisting() public {
        assertEq(jury.candidateCount(), CANDIDATES, "count");
        for (uint256 i = 0; i < CANDIDATES; ++i) {
            assertEq(jury.candidateAt(i), validatorAt(i), "order");
            assertTrue(jury.isEnlisted(validatorAt(i)), "enlisted");
        }
        assertTrue(!jury.isEnlisted(stranger), "a stranger");
        vm.prank(validatorAt(7));
        jury.delist(validatorAt(7));
        assertEq(jury.candidateCount(), CANDIDATES - 1, "one less");
        assertTrue(!jury.isEnlisted(validatorAt(7)), "gone");
    }

    /* PANELS */

    /// Two of eight are no parties, and so the jurors.
    function test_APanelTellsWhoItsJurorsAre() public {
        openCase(6);
        request(2);
        IJury.Panel memory panel = jury.panelOf(CASE, 1);
        assertEq(panel.size, 2, "asked for");
        assertEq(panel.candidates, CANDIDATES, "candidates");
        assertEq(panel.drawBlock, height + 64, "its block");
        assertEq(panel.requestedAt, clock, "since when");
        assertEq(jury.jurorsOf(CASE, 1).length, 0, "nobody yet");

        uint256 drawnAt = clock;
        address[] memory jurors = drawTwo();
        panel = jury.panelOf(CASE, 1);
        assertEq(panel.drawBlock, 0, "drawn");
        assertEq(panel.commitUntil, drawnAt + 24 hours, "commit");
        assertEq(panel.revealUntil, drawnAt + 36 hours, "reveal");
        assertEq(jury.jurorsOf(CASE, 1).length, 2, "both");

        commitAs(CASE, jurors[0], IJury.Choice.Mismatch);
        commitAs(CASE, jurors[1], IJury.Choice.Match);
        jury.reveal(CASE, jurors[0], IJury.Choice.Mismatch, saltOf(jurors[0]));
        panel = jury.panelOf(CASE, 1);
        assertEq(panel.committed, 2, "committed");
        assertEq(panel.revealed, 1, "revealed");
        assertEq(panel.mismatches, 1, "mismatches");
        assertEq(panel.matches, 0, "matches");
        assertEq(jury.panelOf(CASE, 2).size, 0, "no second round");
    }

    /// The seed decides who comes first; one is looked for that puts them in this order.
    function drawTwo() private returns (address[] memory jurors) {
        (address first, address second) = (validatorAt(6), validatorAt(7));
        bytes memory header = headerOfDraw(CASE, randaoFor(first));
        vm.expectEmit(address(jury));
        emit IJury.JurorDrawn(CASE, 1, first, true);
        vm.expectEmit(address(jury));
        emit IJury.JurorDrawn(CASE, 1, second, true);
        jury.draw(CASE, header);
        jurors = jury.jurorsOf(CASE, 1);
        assertTrue(jurors[0] == first && jurors[1] == second, "in their order");
    }

    /// Of the cards that are dealt (Fisher and Yates, told here once more) the first that is no party is `wanted`.
    function randaoFor(address wanted) private view returns (bytes32 found) {
        for (uint256 nonce = 1; ; ++nonce) {
            found = bytes32(nonce);
            bytes32 seed = keccak256(abi.encode(found, CASE, uint256(1)));
            uint256[8] memory deck = [uint256(0), 1, 2, 3, 4, 5, 6, 7];
            for (uint256 next = 0; next < CANDIDATES; ++next) {
                uint256 place = next + (uint256(keccak256(abi.encode(seed, next))) % (CANDIDATES - next));
                (deck[next], deck[place]) = (deck[place], deck[next]);
                if (deck[next] < 6) continue;
                if (jury.candidateAt(deck[next]) == wanted) return found;
                break;
            }
        }
    }

    /* PHASES */

    function test_PhasesFollowEachOther() public {
        assertPhase(IJury.Phase.None, "no case");
        openCase(0);
        assertPhase(IJury.Phase.None, "no panel");
        request(5);
        assertPhase(IJury.Phase.Drawing, "asked for");
        mine(DRAW_BLOCKS);
        assertPhase(IJury.Phase.Drawing, "to be drawn");
        drawPanel(CASE);
        assertPhase(IJury.Phase.Commit, "drawn");
        pass(24 hours);
        assertPhase(IJury.Phase.Commit, "its last second");
        pass(1);
        assertPhase(IJury.Phase.Reveal, "over");
        pass(12 hours - 1);
        assertPhase(IJury.Phase.Reveal, "its last second");
        pass(1);
        assertPhase(IJury.Phase.Ended, "over");
    }

    function test_RevealsBeginWhenAllCommitted() public {
        address[] memory jurors = drawFive();
        for (uint256 i = 0; i < 5; ++i) {
            assertPhase(IJury.Phase.Commit, "not yet");
            commitAs(CASE, jurors[i], IJury.Choice.Match);
        }
        assertPhase(IJury.Phase.Reveal, "now");
    }

    /* VERDICTS */

    function test_VerdictsNeedMoreThanHalfOfTheSeats() public {
        IJury.Verdict[5] memory expected = [
            IJury.Verdict.None,
            IJury.Verdict.Mismatch,
            IJury.Verdict.Mismatch,
            IJury.Verdict.None,
            IJury.Verdict.Match
        ];
        uint256[3][5] memory votes = [
            [uint256(2), 0, 0],
            [uint256(3), 0, 0],
            [uint256(3), 2, 0],
            [uint256(2), 2, 1],
            [uint256(0), 4, 1]
        ];
        for (uint256 i = 0; i < 5; ++i) {
            bytes32 id = keccak256(abi.encode(i));
            drawFiveOf(id);
            vote(id, votes[i][0], votes[i][1], votes[i][2]);
            (IJury.Phase phase, uint256 revealUntil, IJury.Verdict verdict) = jury.findingOf(id);
            assertEq(uint256(verdict), uint256(expected[i]), vm.toString(i));
            assertTrue(phase == IJury.Phase.Ended && revealUntil == clock - 1, "over");
        }
    }

    function test_TheVerdictIsTheNewestPanels() public {
        openCase(0);
        request(3);
        drawPanel(CASE);
        vote(CASE, 3, 0, 0);
        assertVerdict(IJury.Verdict.Mismatch, "the first");
        request(3);
        assertVerdict(IJury.Verdict.None, "none yet");
        drawPanel(CASE);
        vote(CASE, 0, 3, 0);
        assertVerdict(IJury.Verdict.Match, "the second");
        assertEq(jury.panelOf(CASE, 1).mismatches, 3, "the first is kept");
        assertEq(jury.jurorsOf(CASE, 1).length + jury.jurorsOf(CASE, 2).length, 6, "and so are its jurors");
    }

    /* HASHES */

    function test_VotesAndDutiesAreHashesOfWhatTheyName() public view {
        bytes32 salt = saltOf(client);
        bytes32 voted = keccak256(abi.encode(CASE, uint256(2), client, IJury.Choice.Match, salt));
        assertEq(jury.hashVote(CASE, 2, client, IJury.Choice.Match, salt), voted, "vote");
        assertEq(jury.dutyId(CASE, client), keccak256(abi.encode(CASE, client)), "duty");
    }

    /* PARTS */

    /// The first `count` validators are parties.
    function openCase(uint256 count) private {
        address[] memory parties = new address[](count);
        for (uint256 i = 0; i < count; ++i) parties[i] = validatorAt(i);
        vm.prank(JUDGE);
        jury.open(CASE, parties);
    }

    function request(uint256 size) private {
        vm.prank(JUDGE);
        jury.request(CASE, size);
    }

    function drawFive() private returns (address[] memory) {
        drawFiveOf(CASE);
        return jury.jurorsOf(CASE, 1);
    }

    function drawFiveOf(bytes32 id) private {
        vm.startPrank(JUDGE);
        jury.open(id, new address[](0));
        jury.request(id, 5);
        vm.stopPrank();
        drawPanel(id);
    }

    function assertVerdict(IJury.Verdict expected, string memory what) private view {
        (, , IJury.Verdict verdict) = jury.findingOf(CASE);
        assertEq(uint256(verdict), uint256(expected), what);
    }

    function assertPhase(IJury.Phase expected, string memory what) private view {
        assertEq(uint256(jury.phaseOf(CASE)), uint256(expected), what);
    }
}
