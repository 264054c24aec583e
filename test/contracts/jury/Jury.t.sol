// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IJury} from "../../../contracts/jury/IJury.sol";
import {IStakeRegistry} from "../../../contracts/stake/IStakeRegistry.sol";
import {Court} from "../support/Court.sol";
import {vm} from "../support/Vm.sol";

/*
Jury

constructor
└── registry zero: JuryZeroAddress
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
draw
├── not the court: JuryNotCourt
├── none asked for: JuryNoDraw; closed: JuryCaseClosed
├── the block is not there: waiting
├── its hash is gone: DrawRenewed
├── its hash is in the history: drawn
├── too few eligible: DrawFailed
│   ├── not active for a week at the request
│   ├── party
│   ├── served before
│   └── enlisted later
└── otherwise: PanelDrawn, JurorDrawn, stake frozen; everybody once, whoever the block favours
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
└── otherwise: JurorFined, JurorRewarded, CaseClosed; stake free; what no coherent juror gets is the treasury's
*/
contract JuryTest is Court {
    bytes32 private constant CASE = keccak256("case");
    address private constant HISTORY = 0x0000F90827F1C53a10cb7A02335B175320002935;

    function setUp() public {
        deployCourt();
        populate(8);
    }

    function test_ConstructorNeedsARegistry() public {
        vm.expectRevert(IJury.JuryZeroAddress.selector);
        this.construct(address(0));
        assertEq(jury.stakeRegistry(), address(registry), "kept");
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
        jury.draw(CASE);
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
        vm.expectRevert(abi.encodeWithSelector(IJury.JuryNoDraw.selector, CASE));
        jury.draw(CASE);
        vm.stopPrank();
    }

    function test_OnePanelAfterTheOther() public {
        request(CASE, 3);
        assertRunning(CASE);
        assertTrue(jury.phaseOf(CASE) == IJury.Phase.Drawing, "drawing");
        draw(CASE);
        assertRunning(CASE);
        pass(36 hours + 1);
        vm.startPrank(JUDGE);
        jury.request(CASE, 3);
        mine(5);
        jury.draw(CASE);
        pass(36 hours + 1);
        jury.close(CASE, IJury.Verdict.None);
        vm.expectRevert(abi.encodeWithSelector(IJury.JuryCaseClosed.selector, CASE));
        jury.request(CASE, 3);
        vm.expectRevert(abi.encodeWithSelector(IJury.JuryCaseClosed.selector, CASE));
        jury.draw(CASE);
        vm.expectRevert(abi.encodeWithSelector(IJury.JuryCaseClosed.selector, CASE));
        jury.close(CASE, IJury.Verdict.None);
        vm.stopPrank();
    }

    /* DRAW */

    function test_ADrawTakesEverybodyOnce() public {
        request(CASE, 8);
        mine(5);
        vm.setBlockhash(height - 1, EVIDENCE);
        vm.expectEmit(address(jury));
        emit IJury.PanelDrawn(CASE, 1, seedOf(EVIDENCE), clock + 24 hours, clock + 36 hours);
        assertTrue(draw(CASE, 0) == IJury.Draw.Drawn, "drawn");
        address[] memory jurors = jury.jurorsOf(CASE, 1);
        for (uint256 i = 0; i < 8; ++i) {
            (, uint8 round, ) = jury.votes(CASE, validatorAt(i));
            assertEq(round, 1, "every candidate");
            assertEq(frozenOf(jurors[i]), 25e6, "frozen");
            for (uint256 j = 0; j < i; ++j) assertTrue(jurors[i] != jurors[j], "once");
        }
    }

    function testFuzz_DrawsAreOfEligibleCandidates(bytes32 hash, uint256 size) public {
        size = bound(size, 1, 6);
        address[] memory parties = new address[](2);
        (parties[0], parties[1]) = (validatorAt(1), validatorAt(4));
        vm.prank(JUDGE);
        jury.open(CASE, parties);
        vm.prank(JUDGE);
        jury.request(CASE, size);
        joinJury(validatorAt(30));
        mine(5);
        vm.setBlockhash(height - 1, hash == 0 ? bytes32(uint256(1)) : hash);
        vm.prank(JUDGE);
        (IJury.Draw result, ) = jury.draw(CASE);
        assertTrue(result == IJury.Draw.Drawn, "drawn");
        address[] memory jurors = jury.jurorsOf(CASE, 1);
        assertEq(jurors.length, size, "size");
        for (uint256 i = 0; i < size; ++i) {
            bool barred = jurors[i] == validatorAt(1) || jurors[i] == validatorAt(4) || jurors[i] == validatorAt(30);
            assertTrue(!barred, "eligible");
            for (uint256 j = 0; j < i; ++j) assertTrue(jurors[i] != jurors[j], "once");
        }
    }

    function test_ABlockDecides() public {
        bytes32 other = keccak256("other case");
        request(CASE, 5);
        request(other, 5);
        mine(5);
        vm.startPrank(JUDGE);
        jury.draw(CASE);
        jury.draw(other);
        vm.stopPrank();
        bool same = true;
        for (uint256 i = 0; i < 5; ++i) {
            if (jury.jurorsOf(CASE, 1)[i] != jury.jurorsOf(other, 1)[i]) same = false;
        }
        assertTrue(!same, "each case its own");
    }

    function test_TooFewIsSaid() public {
        request(CASE, 9);
        mine(5);
        vm.expectEmit(address(jury));
        emit IJury.DrawFailed(CASE, 1, 8, 9);
        vm.prank(JUDGE);
        (IJury.Draw result, uint256 until) = jury.draw(CASE);
        assertTrue(result == IJury.Draw.TooFew && until == 0, "too few");
        assertEq(jury.pendingDraws(), 0, "not pending");
        assertTrue(jury.phaseOf(CASE) == IJury.Phase.Ended, "ended");
        assertTrue(jury.verdictOf(CASE) == IJury.Verdict.None, "nothing");
        assertEq(jury.jurorsOf(CASE, 1).length, 0, "nobody");
    }

    /// Attack 44: stake that comes when the case is known does not vote in it.
    function test_Attack44_LateStakeIsNotDrawn() public {
        address late = validatorAt(20);
        joinJury(late);
        pass(7 days - 1);
        request(CASE, 9);
        assertTrue(draw(CASE) == IJury.Draw.TooFew, "a second too early");
        bytes32 other = keccak256("other case");
        request(other, 9);
        // It would be long enough now, but counts from the request.
        pass(1);
        bytes32 third = keccak256("third case");
        request(third, 9);
        assertTrue(draw(third) == IJury.Draw.Drawn, "a week");
    }

    /// Attack 44: nor does stake that was away in between.
    function test_Attack44_AWeekWithoutInterruption() public {
        vm.startPrank(validatorAt(3));
        registry.unbond(VALIDATOR_STAKE);
        registry.cancelUnbond();
        vm.stopPrank();
        request(CASE, 8);
        assertTrue(draw(CASE) == IJury.Draw.TooFew, "its week starts anew");
    }

    function test_NobodyServesTwiceInACase() public {
        request(CASE, 5);
        draw(CASE);
        pass(36 hours + 1);
        vm.prank(JUDGE);
        jury.request(CASE, 4);
        assertTrue(draw(CASE) == IJury.Draw.TooFew, "three are left");
    }

    /// Attack 45: who sees the seed can neither join for it nor reorder the list, only leave.
    function test_Attack45_TheListIsFixedBeforeTheSeed() public {
        request(CASE, 5);
        mine(5);
        joinJury(validatorAt(20));
        vm.expectRevert(abi.encodeWithSelector(IJury.JuryDrawPending.selector, 1));
        vm.prank(validatorAt(0));
        jury.delist(validatorAt(0));
        vm.prank(JUDGE);
        jury.draw(CASE);
        (, uint8 round, ) = jury.votes(CASE, validatorAt(20));
        assertEq(round, 0, "not looked at");
        assertEq(jury.panelOf(CASE, 1).candidates, 8, "as many as at the request");
    }

    /// Attack 45: a hash that nobody can know any more is no seed; another block is named.
    function test_Attack45_ALostHashGivesNoKnownSeed() public {
        request(CASE, 5);
        mine(4);
        assertTrue(draw(CASE, 0) == IJury.Draw.Waiting, "not before its block is past");
        mine(257);
        vm.expectEmit(address(jury));
        emit IJury.DrawRenewed(CASE, 1, 8, height + 4);
        assertTrue(draw(CASE, 0) == IJury.Draw.Renewed, "renewed");
        assertEq(jury.pendingDraws(), 1, "still one");
        assertTrue(draw(CASE, 4) == IJury.Draw.Waiting, "its block");
        assertTrue(draw(CASE, 1) == IJury.Draw.Drawn, "drawn");
    }

    /// The code that every chain with EIP-2935 has there, with one hash in it.
    function test_TheHistoryKnowsOlderBlocks() public {
        vm.etch(
            HISTORY,
            hex"3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500"
        );
        request(CASE, 5);
        bytes32 hash = keccak256("a block");
        vm.store(HISTORY, bytes32((height + 4) % 8191), hash);
        mine(4 + 8191);
        vm.expectEmit(address(jury));
        emit IJury.PanelDrawn(CASE, 1, seedOf(hash), clock + 24 hours, clock + 36 hours);
        assertTrue(draw(CASE, 0) == IJury.Draw.Drawn, "the oldest");

        bytes32 other = keccak256("other case");
        request(other, 3);
        mine(4 + 8192);
        assertTrue(draw(other, 0) == IJury.Draw.Renewed, "one older");
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
        (bytes32 copied, , ) = jury.votes(CASE, jurors[0]);
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
        (uint256 mismatches, uint256 matches, uint256 revealed) = (0, 0, 0);
        for (uint256 i = 0; i < 5; ++i) {
            chosen[i] = IJury.Choice((choices >> (2 * i)) & 3);
            if (chosen[i] == IJury.Choice.None) continue;
            commitAs(CASE, jurors[i], chosen[i]);
            ++revealed;
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
        IJury.Verdict expected = IJury.Verdict.Unclear;
        if (revealed < 3) expected = IJury.Verdict.None;
        else if (mismatches >= 3 && mismatches * 3 >= revealed * 2) expected = IJury.Verdict.Mismatch;
        else if (matches >= 3 && matches * 3 >= revealed * 2) expected = IJury.Verdict.Match;
        assertEq(uint256(jury.verdictOf(CASE)), uint256(expected), "verdict");
    }

    /* CLOSING */

    /// Two say mismatch, which is true; one match, one reveals nothing, one does not even commit.
    function test_ClosingFinesAndRewards() public {
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
        vm.expectEmit(address(jury));
        emit IJury.JurorFined(CASE, 1, jurors[4], 10e6);
        vm.expectEmit(address(jury));
        emit IJury.JurorRewarded(CASE, jurors[0], 18e6);
        vm.expectEmit(address(jury));
        emit IJury.JurorRewarded(CASE, jurors[1], 18e6);
        vm.expectEmit(address(jury));
        emit IJury.CaseClosed(CASE, IJury.Verdict.Mismatch, 2, 36e6, 0);
        vm.prank(JUDGE);
        address[] memory coherent = jury.close(CASE, IJury.Verdict.Mismatch);
        assertEq(coherent.length, 2, "two were right");
        assertTrue(coherent[0] == jurors[0] && coherent[1] == jurors[1], "in their order");
        assertEq(rewardsOf(TREASURY), 24e6, "the treasury's part");
        for (uint256 i = 0; i < 5; ++i) assertEq(frozenOf(jurors[i]), 0, "free");
        (address member, ) = registry.reasons(address(jury), jury.dutyId(CASE, jurors[2]));
        assertEq(member, jurors[2], "slashed under its duty");
    }

    function test_WithNobodyCoherentTheTreasuryGetsTheFines() public {
        address[] memory jurors = panel();
        pass(36 hours + 1);
        vm.expectEmit(address(jury));
        emit IJury.CaseClosed(CASE, IJury.Verdict.None, 0, 30e6, 30e6);
        vm.prank(JUDGE);
        jury.close(CASE, IJury.Verdict.None);
        assertEq(rewardsOf(TREASURY), 50e6, "all");
        assertEq(stakeOf(jurors[0]), VALIDATOR_STAKE - 10e6, "fined");
    }

    function test_WhatCannotBeDividedIsTheTreasurys() public {
        address[] memory jurors = panel();
        IJury.Choice[2] memory choices = [IJury.Choice.Mismatch, IJury.Choice.Match];
        for (uint256 i = 0; i < 4; ++i) commitAs(CASE, jurors[i], choices[i % 2]);
        pass(24 hours + 1);
        for (uint256 i = 0; i < 4; ++i) jury.reveal(CASE, jurors[i], choices[i % 2], saltOf(jurors[i]));
        pass(12 hours);
        // The fifth has no more than this to lose.
        vm.prank(JUDGE);
        registry.slash(slashOf(jurors[4], VALIDATOR_STAKE - 11));
        vm.expectEmit(address(jury));
        emit IJury.CaseClosed(CASE, IJury.Verdict.Unclear, 4, 6, 2);
        vm.prank(JUDGE);
        jury.close(CASE, IJury.Verdict.Unclear);
        assertEq(rewardsOf(jurors[0]), 1, "a quarter");
    }

    /* PARTS */

    function construct(address registry_) external {
        deploy("Jury.sol:Jury", abi.encode(registry_));
    }

    function openCase(bytes32 id) private {
        vm.prank(JUDGE);
        jury.open(id, new address[](0));
    }

    function request(bytes32 id, uint256 size) private {
        openCase(id);
        uint256 candidates = jury.candidateCount();
        vm.expectEmit(address(jury));
        emit IJury.DrawRequested(id, 1, size, candidates, height + 4);
        vm.prank(JUDGE);
        jury.request(id, size);
    }

    function draw(bytes32 id) private returns (IJury.Draw) {
        return draw(id, 5);
    }

    function draw(bytes32 id, uint256 blocks) private returns (IJury.Draw result) {
        mine(blocks);
        vm.prank(JUDGE);
        (result, ) = jury.draw(id);
    }

    function panel() private returns (address[] memory) {
        request(CASE, 5);
        draw(CASE);
        return jury.jurorsOf(CASE, 1);
    }

    function seedOf(bytes32 hash) private pure returns (bytes32) {
        return keccak256(abi.encode(hash, CASE, uint256(1)));
    }

    function slashOf(address member, uint256 amount) private pure returns (IStakeRegistry.Slash memory order) {
        (order.id, order.member, order.penalty) = (keccak256("other"), member, amount);
    }

    function wrongPhase(IJury.Phase expected, IJury.Phase found) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IJury.JuryWrongPhase.selector, expected, found);
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
