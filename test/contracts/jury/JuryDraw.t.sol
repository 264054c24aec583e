// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IJury} from "../../../contracts/jury/IJury.sol";
import {PastBlocks} from "../../../contracts/libraries/PastBlocks.sol";
import {Headers} from "../support/Headers.sol";
import {JuryCase} from "../support/JuryCase.sol";
import {vm} from "../support/Vm.sol";

/*
Jury

draw
├── none asked for, made, or closed: JuryNoDraw
├── the block is not past: JuryTooEarly
├── its hash is gone: DrawRenewed
├── not its header: BlockUnknown
├── its hash is in the history: drawn
├── too few eligible: DrawFailed
│   ├── not active for a week at the request
│   ├── party
│   ├── served before
│   └── enlisted later
└── otherwise, by anyone: PanelDrawn, JurorDrawn, stake frozen; everybody once, whoever the block favours
    └── a juror with eight duties: a seat, and no duty
*/
contract JuryDrawTest is JuryCase {
    function setUp() public {
        deployCourt();
        populate(8);
    }

    function test_ADrawTakesEverybodyOnce() public {
        request(CASE, 8);
        bytes memory header = headerOfDraw(CASE, EVIDENCE);
        vm.expectEmit(address(jury));
        emit IJury.PanelDrawn(CASE, 1, seedOf(EVIDENCE), clock + 24 hours, clock + 36 hours);
        vm.prank(stranger);
        jury.draw(CASE, header);
        address[] memory jurors = jury.jurorsOf(CASE, 1);
        for (uint256 i = 0; i < 8; ++i) {
            (, uint8 round, , bool isDuty) = jury.votes(CASE, validatorAt(i));
            assertTrue(round == 1 && isDuty, "every candidate");
            assertEq(jury.dutiesOf(validatorAt(i)), 1, "a duty");
            assertEq(frozenOf(jurors[i]), 25e6, "frozen");
            for (uint256 j = 0; j < i; ++j) assertTrue(jurors[i] != jurors[j], "once");
        }
    }

    function testFuzz_DrawsAreOfEligibleCandidates(bytes32 randao, uint256 size) public {
        size = bound(size, 1, 6);
        address[] memory parties = new address[](2);
        (parties[0], parties[1]) = (validatorAt(1), validatorAt(4));
        vm.prank(JUDGE);
        jury.open(CASE, parties);
        vm.prank(JUDGE);
        jury.request(CASE, size);
        joinJury(validatorAt(30));
        drawPanel(CASE, randao);
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
        drawPanel(CASE, EVIDENCE);
        drawPanel(other, EVIDENCE);
        bool same = true;
        for (uint256 i = 0; i < 5; ++i) {
            if (jury.jurorsOf(CASE, 1)[i] != jury.jurorsOf(other, 1)[i]) same = false;
        }
        assertTrue(!same, "each case its own");
    }

    function test_TooFewIsSaid() public {
        request(CASE, 9);
        bytes memory header = headerOfDraw(CASE, EVIDENCE);
        vm.expectEmit(address(jury));
        emit IJury.DrawFailed(CASE, 1, 8, 9);
        jury.draw(CASE, header);
        assertEq(jury.pendingDraws(), 0, "not pending");
        (IJury.Phase phase, uint256 until, IJury.Verdict verdict) = jury.findingOf(CASE);
        assertTrue(phase == IJury.Phase.Failed && until == 0, "failed");
        assertTrue(verdict == IJury.Verdict.None, "nothing");
        assertEq(jury.jurorsOf(CASE, 1).length, 0, "nobody");
    }

    /// Attack 44: stake that comes when the case is known does not vote in it.
    function test_Attack44_LateStakeIsNotDrawn() public {
        address late = validatorAt(20);
        joinJury(late);
        pass(7 days - 1);
        request(CASE, 9);
        assertTrue(draw(CASE) == IJury.Phase.Failed, "a second too early");
        bytes32 other = keccak256("other case");
        request(other, 9);
        // It would be long enough now, but counts from the request.
        pass(1);
        bytes32 third = keccak256("third case");
        request(third, 9);
        assertTrue(draw(third) == IJury.Phase.Commit, "a week");
    }

    /// Attack 44: nor does stake that was away in between.
    function test_Attack44_AWeekWithoutInterruption() public {
        vm.startPrank(validatorAt(3));
        registry.unbond(VALIDATOR_STAKE);
        registry.cancelUnbond();
        vm.stopPrank();
        request(CASE, 8);
        assertTrue(draw(CASE) == IJury.Phase.Failed, "its week starts anew");
    }

    function test_NobodyServesTwiceInACase() public {
        request(CASE, 5);
        draw(CASE);
        pass(36 hours + 1);
        vm.prank(JUDGE);
        jury.request(CASE, 4);
        assertTrue(draw(CASE) == IJury.Phase.Failed, "three are left");
    }

    /// Attack 45: who sees the seed can neither join for it nor reorder the list, only leave.
    function test_Attack45_TheListIsFixedBeforeTheSeed() public {
        request(CASE, 5);
        mine(DRAW_BLOCKS);
        joinJury(validatorAt(20));
        vm.expectRevert(abi.encodeWithSelector(IJury.JuryDrawPending.selector, 1));
        vm.prank(validatorAt(0));
        jury.delist(validatorAt(0));
        drawPanel(CASE);
        (, uint8 round, , ) = jury.votes(CASE, validatorAt(20));
        assertEq(round, 0, "not looked at");
        assertEq(jury.panelOf(CASE, 1).candidates, 8, "as many as at the request");
    }

    /// Attack 45: what the maker of a block writes into it changes its hash, and not the jury. Where the hash was the seed, one of
    /// so many headers gave four of five seats to whoever held a fifth of the candidates.
    function test_Attack45_NothingWrittenIntoTheBlockChoosesTheJury() public {
        request(CASE, 5);
        uint256 number = drawBlockOf(CASE);
        mine(number + 1 - height);
        bytes32 first = this.juryBy(Headers.encode(keccak256("parent"), number, clock, EVIDENCE), number);
        for (uint256 i = 0; i < 642; ++i) {
            bytes memory header = Headers.chosen(keccak256(abi.encode("choice", i)), number, EVIDENCE);
            assertEq(this.juryBy(header, number), first, "the same jury");
        }
        bytes32 other = this.juryBy(Headers.encode(keccak256("parent"), number, clock, keccak256("other")), number);
        assertTrue(other != first, "but for what nobody writes");
    }

    /// The jury that a block with this header draws, as one word; nothing of it stays.
    function juryBy(bytes memory header, uint256 number) external returns (bytes32 drawn) {
        uint256 snapshot = vm.snapshotState();
        vm.setBlockhash(number, keccak256(header));
        jury.draw(CASE, header);
        address[] memory jurors = jury.jurorsOf(CASE, 1);
        assertEq(jurors.length, 5, "a jury");
        drawn = keccak256(abi.encode(jurors));
        vm.revertToState(snapshot);
    }

    function test_OnlyTheHeaderOfTheBlockDraws() public {
        request(CASE, 5);
        uint256 number = drawBlockOf(CASE);
        mine(number - height);
        vm.expectRevert(abi.encodeWithSelector(IJury.JuryTooEarly.selector, number, number));
        jury.draw(CASE, "");
        bytes memory header = headerOfDraw(CASE, EVIDENCE);
        bytes memory forged = Headers.encode(keccak256("parent"), number, clock, keccak256("chosen"));
        vm.expectRevert(
            abi.encodeWithSelector(PastBlocks.BlockUnknown.selector, number, keccak256(header), keccak256(forged))
        );
        jury.draw(CASE, forged);
        jury.draw(CASE, header);
        vm.expectRevert(abi.encodeWithSelector(IJury.JuryNoDraw.selector, CASE));
        jury.draw(CASE, header);
    }

    /// Attack 45: a block that nobody can prove any more is no seed; another one is named.
    function test_Attack45_ALostBlockGivesNoKnownSeed() public {
        request(CASE, 5);
        mine(64 + 257);
        vm.expectEmit(address(jury));
        emit IJury.DrawRenewed(CASE, 1, 8, height + 64);
        jury.draw(CASE, "");
        assertEq(jury.pendingDraws(), 1, "still one");
        assertTrue(jury.phaseOf(CASE) == IJury.Phase.Drawing, "drawing");
        assertTrue(draw(CASE) == IJury.Phase.Commit, "drawn");
    }

    /// The code that every chain with EIP-2935 has there, with one hash in it.
    function test_TheHistoryKnowsOlderBlocks() public {
        vm.etch(
            PastBlocks.HISTORY,
            hex"3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500"
        );
        request(CASE, 5);
        bytes memory header = Headers.encode(keccak256("parent"), height + 64, clock, EVIDENCE);
        vm.store(PastBlocks.HISTORY, bytes32((height + 64) % 8191), keccak256(header));
        mine(64 + 8191);
        vm.expectEmit(address(jury));
        emit IJury.PanelDrawn(CASE, 1, seedOf(EVIDENCE), clock + 24 hours, clock + 36 hours);
        jury.draw(CASE, header);

        bytes32 other = keccak256("other case");
        request(other, 3);
        mine(64 + 8192);
        jury.draw(other, header);
        assertTrue(jury.phaseOf(other) == IJury.Phase.Drawing, "one older");
    }

    /// Attack 70: nobody can be made to vote in more than eight open cases; from a seat beyond one may stay away. It is a seat
    /// all the same: filling up others chooses no jury.
    function test_Attack70_DutiesAreLimitedAndSeatsAreNot() public {
        for (uint256 i = 0; i < 9; ++i) {
            bytes32 id = keccak256(abi.encode("flood", i));
            request(id, 8);
            bytes memory header = headerOfDraw(id, EVIDENCE);
            address first = i == 8 ? firstOf(id) : address(0);
            if (i == 8) {
                vm.expectEmit(address(jury));
                emit IJury.JurorDrawn(id, 1, first, false);
            }
            jury.draw(id, header);
        }
        bytes32 last = keccak256(abi.encode("flood", uint256(8)));
        assertEq(jury.jurorsOf(last, 1).length, 8, "everybody sits");
        for (uint256 i = 0; i < 8; ++i) {
            assertEq(jury.dutiesOf(validatorAt(i)), 8, "duties");
            assertEq(frozenOf(validatorAt(i)), 8 * 25e6, "what is at stake for them");
        }
        // One of them stays away, one votes and hides it, one says the opposite of what is true.
        address[] memory jurors = jury.jurorsOf(last, 1);
        commitAs(last, jurors[1], IJury.Choice.Match);
        commitAs(last, jurors[2], IJury.Choice.Match);
        pass(24 hours + 1);
        jury.reveal(last, jurors[2], IJury.Choice.Match, saltOf(jurors[2]));
        pass(12 hours);
        vm.prank(JUDGE);
        jury.close(last, IJury.Verdict.Mismatch);
        assertEq(stakeOf(jurors[0]), VALIDATOR_STAKE, "not fined");
        assertEq(stakeOf(jurors[1]), VALIDATOR_STAKE - 25e6, "a vote has to be revealed");
        assertEq(stakeOf(jurors[2]), VALIDATOR_STAKE - 25e6, "and to be right");
        // A closed case makes room for a duty.
        bytes32 flood = keccak256(abi.encode("flood", uint256(0)));
        vm.prank(JUDGE);
        jury.close(flood, IJury.Verdict.None);
        assertEq(jury.dutiesOf(jurors[0]), 7, "room");
    }

    /// Of a draw among all eight with this randomness.
    function firstOf(bytes32 id) private view returns (address) {
        bytes32 seed = keccak256(abi.encode(EVIDENCE, id, uint256(1)));
        return jury.candidateAt(uint256(keccak256(abi.encode(seed, uint256(0)))) % 8);
    }
}
