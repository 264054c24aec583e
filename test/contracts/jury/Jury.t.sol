// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IJury} from "../../../contracts/jury/IJury.sol";
import {IStakeRegistry} from "../../../contracts/stake/IStakeRegistry.sol";
import {JuryCase} from "../support/JuryCase.sol";
import {vm} from "../support/Vm.sol";

/*
Jury

constructor
├── registry zero: JuryZeroAddress
└── a chain without randomness: JuryNoRandomness
enlist
├── no active validator: JuryNotValidator
├── enlisted: JuryAlreadyEnlisted
└── otherwise: Enlisted
delist
├── a draw is pending: JuryDrawPending
├── somebody else who is active: JuryStillActive
├── not enlisted: JuryNotEnlisted
└── otherwise: Delisted, the last one takes the place
open
├── no court: JuryNotCourt
├── id taken: JuryCaseExists
└── otherwise: CaseOpened
request
├── not the court of the case: JuryNotCourt
├── no or too many jurors: JuryPanelSize
├── the panel before is not done: JuryPanelRunning
├── closed: JuryCaseClosed
└── otherwise: DrawRequested
commit
├── empty: JuryEmptyCommitment
├── no juror of the newest panel: JuryNotJuror
├── again: JuryAlreadyCommitted
├── too late: JuryWrongPhase
└── otherwise: VoteCommitted
reveal
├── nothing: JuryNoChoice
├── no juror: JuryNotJuror
├── too early, too late: JuryWrongPhase
├── not what was committed: JuryWrongReveal
├── again: JuryAlreadyRevealed
└── otherwise, by anyone: VoteRevealed; as soon as all committed
close
├── not the court: JuryNotCourt
├── a panel is not done: JuryPanelRunning
├── again: JuryCaseClosed
└── otherwise: JurorFined, CaseClosed; stake free; all fines are the treasury's
*/
contract JuryTest is JuryCase {
    function setUp() public {
        deployCourt();
        populate(8);
    }

    function test_ConstructorNeedsARegistry() public {
        vm.expectRevert(IJury.JuryZeroAddress.selector);
        this.construct(address(0));
        assertEq(jury.stakeRegistry(), address(registry), "kept");
    }

    /// Rollups answer one, or another small number, for ever.
    function test_AChainWithoutRandomnessHasNoJury() public {
        uint256[3] memory constants = [uint256(0), 1, type(uint128).max];
        for (uint256 i = 0; i < 3; ++i) {
            vm.prevrandao(bytes32(constants[i]));
            vm.expectRevert(abi.encodeWithSelector(IJury.JuryNoRandomness.selector, constants[i]));
            this.construct(address(registry));
        }
        vm.prevrandao(bytes32(uint256(type(uint128).max) + 1));
        this.construct(address(registry));
    }

    /* CANDIDATES */

    function test_OnlyActiveValidatorsEnlist() public {
        assertNotValidator(stranger);
        assertNotValidator(executor);
        address validator = validatorAt(20);
        give(validator, VALIDATOR_STAKE);
        vm.prank(validator);
        registry.register(IStakeRegistry.Role.Validator, "peer", "");
        assertNotValidator(validator);
        vm.prank(validator);
        registry.stake(VALIDATOR_STAKE);
        vm.expectEmit(address(jury));
        emit IJury.Enlisted(validator, 9);
        vm.prank(validator);
        jury.enlist();
        assertEq(jury.candidateAt(8), validator, "last");
        vm.expectRevert(abi.encodeWithSelector(IJury.JuryAlreadyEnlisted.selector, validator));
        vm.prank(validator);
        jury.enlist();
    }

    function test_CandidatesLeave() public {
        vm.expectEmit(address(jury));
        emit IJury.Delisted(validatorAt(2), 7);
        vm.prank(validatorAt(2));
        jury.delist(validatorAt(2));
        assertEq(jury.candidateAt(2), validatorAt(7), "the last one took the place");
        assertEq(jury.candidateCount(), 7, "one less");
        assertTrue(!jury.isEnlisted(validatorAt(2)) && jury.isEnlisted(validatorAt(7)), "who");
        vm.expectRevert(abi.encodeWithSelector(IJury.JuryNotEnlisted.selector, validatorAt(2)));
        vm.prank(validatorAt(2));
        jury.delist(validatorAt(2));
        // Its place is known, too.
        vm.prank(validatorAt(7));
        jury.delist(validatorAt(7));
        assertEq(jury.candidateAt(2), validatorAt(6), "and again");
    }

    function test_AnybodyRemovesWhoIsNotActive() public {
        vm.expectRevert(abi.encodeWithSelector(IJury.JuryStillActive.selector, validatorAt(1)));
        jury.delist(validatorAt(1));
        vm.prank(validatorAt(1));
        registry.unbond(VALIDATOR_STAKE);
        jury.delist(validatorAt(1));
        assertTrue(!jury.isEnlisted(validatorAt(1)), "gone");
    }

    function test_NobodyLeavesWhileADrawIsPending() public {
        request(CASE, 5);
        vm.expectRevert(abi.encodeWithSelector(IJury.JuryDrawPending.selector, 1));
        vm.prank(validatorAt(1));
        jury.delist(validatorAt(1));
        draw(CASE);
        vm.prank(validatorAt(1));
        jury.delist(validatorAt(1));
    }

    /* COURT */

    function test_OnlyJudgesOfStakeAndTailsAreCourts() public {
        address[] memory none = new address[](0);
        vm.expectRevert(abi.encodeWithSelector(IJury.JuryNotCourt.selector, stranger));
        vm.prank(stranger);
        jury.open(CASE, none);
        vm.expectRevert(abi.encodeWithSelector(IJury.JuryNotCourt.selector, address(jury)));
        vm.prank(address(jury));
        jury.open(CASE, none);
        vm.expectEmit(address(jury));
        emit IJury.CaseOpened(CASE, JUDGE);
        vm.prank(JUDGE);
        jury.open(CASE, none);
        vm.expectRevert(abi.encodeWithSelector(IJury.JuryCaseExists.selector, CASE));
        vm.prank(address(measured));
        jury.open(CASE, none);
    }

    function test_ACaseBelongsToItsCourt() public {
        openCase(CASE);
        bytes memory reason = abi.encodeWithSelector(IJury.JuryNotCourt.selector, address(measured));
        vm.startPrank(address(measured));
        vm.expectRevert(reason);
        jury.request(CASE, 5);
        vm.expectRevert(reason);
        jury.close(CASE, IJury.Verdict.None);
        vm.stopPrank();
    }

    function test_PanelsHaveASize() public {
        openCase(CASE);
        vm.startPrank(JUDGE);
        vm.expectRevert(abi.encodeWithSelector(IJury.JuryPanelSize.selector, 11, 0));
        jury.request(CASE, 0);
        vm.expectRevert(abi.encodeWithSelector(IJury.JuryPanelSize.selector, 11, 12));
        jury.request(CASE, 12);
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IJury.JuryNoDraw.selector, CASE));
        jury.draw(CASE, "");
    }

    function test_OnePanelAfterTheOther() public {
        request(CASE, 3);
        assertRunning(CASE);
        assertTrue(jury.phaseOf(CASE) == IJury.Phase.Drawing, "drawing");
        draw(CASE);
        assertRunning(CASE);
        pass(36 hours + 1);
        vm.prank(JUDGE);
        jury.request(CASE, 3);
        draw(CASE);
        pass(36 hours + 1);
        vm.startPrank(JUDGE);
        jury.close(CASE, IJury.Verdict.None);
        vm.expectRevert(abi.encodeWithSelector(IJury.JuryCaseClosed.selector, CASE));
        jury.request(CASE, 3);
        vm.expectRevert(abi.encodeWithSelector(IJury.JuryCaseClosed.selector, CASE));
        jury.close(CASE, IJury.Verdict.None);
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IJury.JuryNoDraw.selector, CASE));
        jury.draw(CASE, "");
    }

    /* VOTES */

    function test_CommitmentsAreTakenOnceAndInTime() public {
        address[] memory jurors = panel();
        vm.expectRevert(IJury.JuryEmptyCommitment.selector);
        vm.prank(jurors[0]);
        jury.commit(CASE, bytes32(0));
        vm.expectRevert(abi.encodeWithSelector(IJury.JuryNotJuror.selector, CASE, stranger));
        vm.prank(stranger);
        jury.commit(CASE, EVIDENCE);
        vm.expectEmit(address(jury));
        emit IJury.VoteCommitted(CASE, 1, jurors[0], EVIDENCE);
        vm.prank(jurors[0]);
        jury.commit(CASE, EVIDENCE);
        vm.expectRevert(abi.encodeWithSelector(IJury.JuryAlreadyCommitted.selector, CASE, jurors[0]));
        vm.prank(jurors[0]);
        jury.commit(CASE, EVIDENCE);
        pass(24 hours);
        vm.prank(jurors[1]);
        jury.commit(CASE, EVIDENCE);
        pass(1);
        vm.expectRevert(wrongPhase(IJury.Phase.Commit, IJury.Phase.Reveal));
        vm.prank(jurors[2]);
        jury.commit(CASE, EVIDENCE);
    }

    function test_RevealsFitTheirCommitmentsAndTimes() public {
        address[] memory jurors = panel();
        address juror = jurors[0];
        commitAs(CASE, juror, IJury.Choice.Mismatch);
        vm.expectRevert(wrongPhase(IJury.Phase.Reveal, IJury.Phase.Commit));
        jury.reveal(CASE, juror, IJury.Choice.Mismatch, saltOf(juror));
        pass(24 hours + 1);
        vm.expectRevert(IJury.JuryNoChoice.selector);
        jury.reveal(CASE, juror, IJury.Choice.None, saltOf(juror));
        vm.expectRevert(abi.encodeWithSelector(IJury.JuryNotJuror.selector, CASE, stranger));
        jury.reveal(CASE, stranger, IJury.Choice.Match, saltOf(juror));
        bytes32 committed = jury.hashVote(CASE, 1, juror, IJury.Choice.Mismatch, saltOf(juror));
        bytes32 found = jury.hashVote(CASE, 1, juror, IJury.Choice.Match, saltOf(juror));
        vm.expectRevert(abi.encodeWithSelector(IJury.JuryWrongReveal.selector, committed, found));
        jury.reveal(CASE, juror, IJury.Choice.Match, saltOf(juror));
        found = jury.hashVote(CASE, 1, jurors[1], IJury.Choice.Match, EVIDENCE);
        vm.expectRevert(abi.encodeWithSelector(IJury.JuryWrongReveal.selector, bytes32(0), found));
        jury.reveal(CASE, jurors[1], IJury.Choice.Match, EVIDENCE);
        pass(12 hours - 1);
        vm.expectEmit(address(jury));
        emit IJury.VoteRevealed(CASE, 1, juror, IJury.Choice.Mismatch, saltOf(juror));
        vm.prank(stranger);
        jury.reveal(CASE, juror, IJury.Choice.Mismatch, saltOf(juror));
        vm.expectRevert(abi.encodeWithSelector(IJury.JuryAlreadyRevealed.selector, CASE, juror));
        jury.reveal(CASE, juror, IJury.Choice.Mismatch, saltOf(juror));
        pass(1);
        vm.expectRevert(wrongPhase(IJury.Phase.Reveal, IJury.Phase.Ended));
        jury.reveal(CASE, jurors[1], IJury.Choice.Match, EVIDENCE);
    }

    function test_RevealingStartsWhenAllCommitted() public {
        address[] memory jurors = panel();
        for (uint256 i = 0; i < 5; ++i) {
            assertTrue(jury.phaseOf(CASE) == IJury.Phase.Commit, "not yet");
            commitAs(CASE, jurors[i], IJury.Choice.Match);
        }
        assertTrue(jury.phaseOf(CASE) == IJury.Phase.Reveal, "now");
        jury.reveal(CASE, jurors[4], IJury.Choice.Match, saltOf(jurors[4]));
    }

    /// Attack 42: a copied commitment cannot be revealed by who copied it.
    function test_Attack42_ACopiedCommitmentIsWorthless() public {
        address[] memory jurors = panel();
        commitAs(CASE, jurors[0], IJury.Choice.Mismatch);
        (bytes32 copied, , , ) = jury.votes(CASE, jurors[0]);
        vm.prank(jurors[1]);
        jury.commit(CASE, copied);
        pass(24 hours + 1);
        jury.reveal(CASE, jurors[0], IJury.Choice.Mismatch, saltOf(jurors[0]));
        bytes32 found = jury.hashVote(CASE, 1, jurors[1], IJury.Choice.Mismatch, saltOf(jurors[0]));
        vm.expectRevert(abi.encodeWithSelector(IJury.JuryWrongReveal.selector, copied, found));
        jury.reveal(CASE, jurors[1], IJury.Choice.Mismatch, saltOf(jurors[0]));
    }

    /// I30: whoever reveals first, the panel finds the same.
    function testFuzz_TheOrderOfVotesDoesNotMatter(uint256 choices, uint256 order) public {
        address[] memory jurors = panel();
        IJury.Choice[5] memory chosen;
        (uint256 mismatches, uint256 matches) = (0, 0);
        for (uint256 i = 0; i < 5; ++i) {
            chosen[i] = IJury.Choice((choices >> (2 * i)) & 3);
            if (chosen[i] == IJury.Choice.None) continue;
            commitAs(CASE, jurors[i], chosen[i]);
            if (chosen[i] == IJury.Choice.Mismatch) ++mismatches;
            if (chosen[i] == IJury.Choice.Match) ++matches;
        }
        pass(24 hours + 1);
        uint256[5] memory places = [uint256(0), 1, 2, 3, 4];
        for (uint256 left = 5; left > 0; --left) {
            uint256 picked = order % left;
            order /= left;
            uint256 place = places[picked];
            places[picked] = places[left - 1];
            if (chosen[place] == IJury.Choice.None) continue;
            jury.reveal(CASE, jurors[place], chosen[place], saltOf(jurors[place]));
        }
        pass(12 hours);
        IJury.Verdict expected = IJury.Verdict.None;
        if (mismatches >= 3) expected = IJury.Verdict.Mismatch;
        if (matches >= 3) expected = IJury.Verdict.Match;
        (, , IJury.Verdict found) = jury.findingOf(CASE);
        assertEq(uint256(found), uint256(expected), "verdict");
    }

    function test_HalfOfTheSeatsFindNothing() public {
        request(CASE, 4);
        draw(CASE);
        vote(CASE, 2, 0, 2);
        (, , IJury.Verdict found) = jury.findingOf(CASE);
        assertTrue(found == IJury.Verdict.None, "more than half");
    }

    /* CLOSING */

    /// Two say mismatch, which is true; one match, one reveals nothing, one does not even commit.
    function test_ClosingFines() public {
        address[] memory jurors = panel();
        commitAs(CASE, jurors[0], IJury.Choice.Mismatch);
        commitAs(CASE, jurors[1], IJury.Choice.Mismatch);
        commitAs(CASE, jurors[2], IJury.Choice.Match);
        commitAs(CASE, jurors[3], IJury.Choice.Mismatch);
        pass(24 hours + 1);
        jury.reveal(CASE, jurors[0], IJury.Choice.Mismatch, saltOf(jurors[0]));
        jury.reveal(CASE, jurors[1], IJury.Choice.Mismatch, saltOf(jurors[1]));
        jury.reveal(CASE, jurors[2], IJury.Choice.Match, saltOf(jurors[2]));
        pass(12 hours);
        vm.expectEmit(address(jury));
        emit IJury.JurorFined(CASE, 1, jurors[2], 25e6);
        vm.expectEmit(address(jury));
        emit IJury.JurorFined(CASE, 1, jurors[3], 25e6);
        expectFine(jurors[4], 10e6);
        vm.expectEmit(address(jury));
        emit IJury.JurorFined(CASE, 1, jurors[4], 10e6);
        vm.expectEmit(address(jury));
        emit IJury.CaseClosed(CASE, IJury.Verdict.Mismatch, 2, 60e6);
        vm.prank(JUDGE);
        address[] memory paid = jury.close(CASE, IJury.Verdict.Mismatch);
        assertEq(paid.length, 2, "two were right");
        assertTrue(paid[0] == jurors[0] && paid[1] == jurors[1], "in their order");
        assertEq(rewardsOf(TREASURY), 60e6, "nobody gains by a fine");
        for (uint256 i = 0; i < 5; ++i) {
            assertEq(frozenOf(jurors[i]), 0, "free");
            assertEq(jury.dutiesOf(jurors[i]), 0, "no duty");
        }
        (address member, ) = registry.reasons(address(jury), jury.dutyId(CASE, jurors[2]));
        assertEq(member, jurors[2], "slashed under its duty");
    }

    /// Attack 71: where nothing was found nobody was wrong, and nobody is paid out of what others missed.
    function test_Attack71_NobodyEarnsByTheAbsenceOfOthers() public {
        address[] memory jurors = panel();
        commitAs(CASE, jurors[0], IJury.Choice.Insufficient);
        pass(24 hours + 1);
        jury.reveal(CASE, jurors[0], IJury.Choice.Insufficient, saltOf(jurors[0]));
        pass(12 hours);
        vm.prank(JUDGE);
        address[] memory paid = jury.close(CASE, IJury.Verdict.None);
        assertTrue(paid.length == 1 && paid[0] == jurors[0], "a fee for who came");
        assertEq(rewardsOf(TREASURY), 40e6, "the fines of the others");
        assertEq(rewardsOf(jurors[0]), 0, "not to who came");
        assertEq(stakeOf(jurors[1]), VALIDATOR_STAKE - 10e6, "fined");
    }

    /* PARTS */

    function construct(address registry_) external {
        deploy("Jury.sol:Jury", abi.encode(registry_));
    }

    function wrongPhase(IJury.Phase expected, IJury.Phase found) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IJury.JuryWrongPhase.selector, expected, found);
    }

    /// All of it is the treasury's.
    function expectFine(address juror, uint256 fine) private {
        vm.expectEmit(address(registry));
        emit IStakeRegistry.Slashed(
            juror,
            address(jury),
            jury.dutyId(CASE, juror),
            IStakeRegistry.Offence.JurorFault,
            address(0),
            address(0),
            address(0),
            fine,
            IStakeRegistry.Payout(0, 0, 0, 0, fine, 0),
            VALIDATOR_STAKE - fine,
            0
        );
    }

    function assertNotValidator(address account) private {
        vm.expectRevert(abi.encodeWithSelector(IJury.JuryNotValidator.selector, account));
        vm.prank(account);
        jury.enlist();
    }

    function assertRunning(bytes32 id) private {
        bytes memory reason = abi.encodeWithSelector(IJury.JuryPanelRunning.selector, id, 1);
        vm.startPrank(JUDGE);
        vm.expectRevert(reason);
        jury.request(id, 3);
        vm.expectRevert(reason);
        jury.close(id, IJury.Verdict.None);
        vm.stopPrank();
    }
}
