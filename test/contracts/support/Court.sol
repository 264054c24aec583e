// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Arbitrator} from "../../../contracts/arbitrator/Arbitrator.sol";
import {EquivocationDisputes} from "../../../contracts/disputes/equivocation/EquivocationDisputes.sol";
import {Jury} from "../../../contracts/jury/Jury.sol";
import {MeasuredDeposits} from "../../../contracts/disputes/measured/MeasuredDeposits.sol";
import {MeasuredDisputes} from "../../../contracts/disputes/measured/MeasuredDisputes.sol";
import {MeasuredEvidence} from "../../../contracts/disputes/measured/MeasuredEvidence.sol";
import {MeasuredPenalties} from "../../../contracts/disputes/measured/MeasuredPenalties.sol";
import {TestToken} from "../../../contracts/token/TestToken.sol";
import {IAccountingV2} from "../../../contracts/escrow/IAccountingV2.sol";
import {IJury} from "../../../contracts/jury/IJury.sol";
import {IMeasuredDisputes} from "../../../contracts/disputes/measured/IMeasuredDisputes.sol";
import {IStakeRegistry} from "../../../contracts/stake/IStakeRegistry.sol";
import {Headers} from "./Headers.sol";
import {Market} from "./Market.sol";
import {vm} from "./Vm.sol";

/// The deployment with jury, arbitrator and measured disputes; one client, one executor, and as many validators as asked.
/// Time and height are counted here: the compiler takes both for constant within a call.
abstract contract Court is Market {
    uint256 internal constant VALIDATOR_KEY = 0x7A11DA;
    address internal constant ARBITER = address(0xA4B1);

    uint256 internal constant JUROR_FEE = 200_000;
    uint256 internal constant ARBITRATION_COST = 20e6;
    uint256 internal constant EXECUTOR_STAKE = 200e6;
    uint256 internal constant VALIDATOR_STAKE = 1_000e6;
    /// Of the first dispute about a model: a fifth of the stake.
    uint256 internal constant PENALTY = 40e6;
    /// The fees of both panels.
    uint256 internal constant BOND = 16 * JUROR_FEE;
    /// What the fees of both panels are a fifth of, and more than a twentieth of the executors' minimum.
    uint256 internal constant MINIMUM_PENALTY = 16e6;
    bytes32 internal constant EVIDENCE = keccak256("evidence");
    uint256 internal constant START_HEIGHT = 20_000;
    /// Until the block of a draw is a past one.
    uint256 internal constant DRAW_BLOCKS = 65;

    Jury internal jury;
    Arbitrator internal arbitrator;
    MeasuredEvidence internal evidence;
    MeasuredDeposits internal deposits;
    MeasuredPenalties internal penalties;
    MeasuredDisputes internal measured;
    uint256 internal clock;
    uint256 internal height;

    function deployCourt() internal {
        deployCourt(true);
    }

    function deployCourt(bool withArbitrator) internal {
        deployCourt(address(deployToken()), withArbitrator);
    }

    function deployCourt(address token_, bool withArbitrator) internal {
        (clock, height) = (START, START_HEIGHT);
        vm.warp(clock);
        vm.roll(height);
        vm.prevrandao(keccak256("randomness"));
        (client, executor) = (vm.addr(CLIENT_KEY), vm.addr(EXECUTOR_KEY));
        (sessionSigner, stranger) = (vm.addr(SIGNER_KEY), vm.addr(STRANGER_KEY));
        token = TestToken(token_);
        registry = deployRegistry(address(token), MINIMUM_EXECUTOR, UNBONDING);
        accounting = deployAccounting(address(token), address(registry), UNLOCK_DELAY);
        disputes = EquivocationDisputes(
            deploy("EquivocationDisputes.sol:EquivocationDisputes", abi.encode(accounting))
        );
        jury = Jury(deploy("Jury.sol:Jury", abi.encode(registry)));
        arbitrator = Arbitrator(deploy("Arbitrator.sol:Arbitrator", abi.encode(ARBITER, ARBITRATION_COST)));
        evidence = deployEvidence();
        deposits = MeasuredDeposits(deploy("MeasuredDeposits.sol:MeasuredDeposits", abi.encode(registry, JUROR_FEE)));
        penalties = MeasuredPenalties(deploy("MeasuredPenalties.sol:MeasuredPenalties", abi.encode(deposits)));
        measured = deployMeasured(withArbitrator ? address(arbitrator) : address(0));
        wireCourt();
    }

    function deployEvidence() internal returns (MeasuredEvidence) {
        return MeasuredEvidence(deploy("MeasuredEvidence.sol:MeasuredEvidence", abi.encode(accounting)));
    }

    function deployMeasured(address arbitrator_) internal returns (MeasuredDisputes) {
        bytes memory arguments = abi.encode(evidence, penalties, jury, arbitrator_);
        return MeasuredDisputes(deploy("MeasuredDisputes.sol:MeasuredDisputes", arguments));
    }

    /// `JUDGE` stands for another court.
    function wireCourt() internal {
        vm.etch(JUDGE, hex"00");
        IStakeRegistry.Judge[] memory judges = new IStakeRegistry.Judge[](5);
        judges[0] = IStakeRegistry.Judge(address(disputes), IStakeRegistry.Power.StakeAndTails);
        judges[1] = IStakeRegistry.Judge(address(measured), IStakeRegistry.Power.StakeAndTails);
        judges[2] = IStakeRegistry.Judge(address(jury), IStakeRegistry.Power.Stake);
        judges[3] = IStakeRegistry.Judge(address(penalties), IStakeRegistry.Power.Stake);
        judges[4] = IStakeRegistry.Judge(JUDGE, IStakeRegistry.Power.StakeAndTails);
        registry.wire(judges);
    }

    /* TIME */

    function pass(uint256 time) internal {
        clock += time;
        vm.warp(clock);
    }

    function mine(uint256 blocks) internal {
        height += blocks;
        vm.roll(height);
    }

    /* PARTIES */

    function validatorAt(uint256 i) internal pure returns (address) {
        return vm.addr(VALIDATOR_KEY + i);
    }

    /// Registers, stakes and enlists one.
    function joinJury(address validator) internal {
        give(validator, VALIDATOR_STAKE);
        vm.startPrank(validator);
        registry.registerAndStake(IStakeRegistry.Role.Validator, "peer", "", VALIDATOR_STAKE);
        jury.enlist();
        vm.stopPrank();
    }

    /// An executor and `validators` candidates, a week later; the client has a channel and money for bonds.
    function populate(uint256 validators) internal {
        give(executor, EXECUTOR_STAKE);
        vm.prank(executor);
        registry.registerAndStake(IStakeRegistry.Role.Executor, "peer", "", EXECUTOR_STAKE);
        for (uint256 i = 0; i < validators; ++i) joinJury(validatorAt(i));
        pass(7 days);
        openChannel(100e6);
        fund(client);
        fund(executor);
    }

    /// Money for bonds and appeals.
    function fund(address account) internal {
        token.mint(account, 1_000e6);
        vm.prank(account);
        token.approve(address(deposits), type(uint256).max);
    }

    /* ANSWERS */

    /// An answer of `cost`, signed now by both.
    function answerOf(
        uint32 nonce,
        uint96 acked,
        uint96 cost
    ) internal view returns (IAccountingV2.SignedPair memory pair) {
        pair = pairOf(nonce, acked, cost);
        pair.request.deadline = uint40(clock + 1 hours);
        pair.response.timestamp = uint40(clock);
        sign(pair);
    }

    function settledAnswer(uint32 nonce, uint96 acked, uint96 cost) internal returns (IAccountingV2.SignedPair memory) {
        IAccountingV2.SignedPair memory pair = answerOf(nonce, acked, cost);
        settleOne(pair);
        return pair;
    }

    function only(
        IAccountingV2.SignedPair memory pair
    ) internal pure returns (IMeasuredDisputes.DisputedAnswer[] memory list) {
        list = new IMeasuredDisputes.DisputedAnswer[](1);
        list[0].pair = pair;
    }

    /* DISPUTES */

    function openAs(
        address challenger,
        IMeasuredDisputes.Kind kind,
        IMeasuredDisputes.DisputedAnswer[] memory list
    ) internal returns (bytes32) {
        vm.prank(challenger);
        return measured.open(kind, EVIDENCE, list, type(uint256).max);
    }

    /// A dispute of the client about the model behind one settled answer of 10.
    function openOne() internal returns (bytes32) {
        return openAs(client, IMeasuredDisputes.Kind.WrongModel, only(settledAnswer(1, 0, 10e6)));
    }

    function answerTo(bytes32 id) internal {
        vm.prank(executor);
        measured.answer(id, keccak256("defence"));
    }

    /// Draws the panel that was asked for.
    function seat(bytes32 id) internal {
        drawPanel(id);
        measured.poke(id);
    }

    function drawPanel(bytes32 id) internal {
        drawPanel(id, keccak256(abi.encode("randao", id, height)));
    }

    /// The block of the draw has this randomness.
    function drawPanel(bytes32 id, bytes32 randao) internal {
        bytes memory header = headerOfDraw(id, randao);
        jury.draw(id, header);
    }

    /// Goes past the block of a draw, which has this header.
    function headerOfDraw(bytes32 id, bytes32 randao) internal returns (bytes memory header) {
        uint256 number = drawBlockOf(id);
        if (height <= number) mine(number + 1 - height);
        header = Headers.encode(keccak256("parent"), number, clock, randao);
        vm.setBlockhash(number, keccak256(header));
    }

    function drawBlockOf(bytes32 id) internal view returns (uint256) {
        (, uint8 round, ) = jury.cases(id);
        return jury.panelOf(id, round).drawBlock;
    }

    function newestPanel(bytes32 id) internal view returns (address[] memory) {
        (, uint8 round, ) = jury.cases(id);
        return jury.jurorsOf(id, round);
    }

    function commitAs(bytes32 id, address juror, IJury.Choice choice) internal {
        (, uint8 round, ) = jury.cases(id);
        bytes32 commitment = jury.hashVote(id, round, juror, choice, saltOf(juror));
        vm.prank(juror);
        jury.commit(id, commitment);
    }

    function saltOf(address juror) internal pure returns (bytes32) {
        return keccak256(abi.encode("salt", juror));
    }

    /// The newest panel votes, and its time ends.
    function vote(bytes32 id, uint256 mismatches, uint256 matches, uint256 insufficient) internal {
        castVotes(id, mismatches, matches, insufficient);
        pass(36 hours + 1);
    }

    /// So many of the newest panel say mismatch, then so many match, then so many insufficient; the others do not reveal.
    function castVotes(bytes32 id, uint256 mismatches, uint256 matches, uint256 insufficient) internal {
        address[] memory jurors = newestPanel(id);
        IJury.Choice[] memory choices = new IJury.Choice[](jurors.length);
        for (uint256 i = 0; i < jurors.length; ++i) {
            choices[i] = IJury.Choice.Insufficient;
            if (i < mismatches + matches) choices[i] = IJury.Choice.Match;
            if (i < mismatches) choices[i] = IJury.Choice.Mismatch;
            commitAs(id, jurors[i], choices[i]);
        }
        for (uint256 i = 0; i < mismatches + matches + insufficient; ++i) {
            jury.reveal(id, jurors[i], choices[i], saltOf(jurors[i]));
        }
    }

    /// Answered, drawn and voted on: appealable.
    function decide(bytes32 id, uint256 mismatches, uint256 matches) internal {
        answerTo(id);
        seat(id);
        vote(id, mismatches, matches, 0);
        measured.poke(id);
    }

    /// Nobody appeals.
    function finish(bytes32 id) internal {
        pass(24 hours);
        measured.poke(id);
    }

    function appealAs(address account, bytes32 id) internal {
        vm.prank(account);
        measured.appeal(id);
    }

    /* STATE */

    function frozenOf(address account) internal view returns (uint256 frozen) {
        (, , , , , , frozen, ) = registry.members(account);
    }

    function stakeOf(address account) internal view returns (uint256) {
        return registry.slashableStake(account);
    }

    function penaltyOf(bytes32 id) internal view returns (uint256 amount) {
        (, amount, , , , , , ) = penalties.penalties(id);
    }

    function restitutionOf(bytes32 id) internal view returns (uint256 amount) {
        (, , , amount, , , , ) = penalties.penalties(id);
    }

    function assertState(bytes32 id, IMeasuredDisputes.State expected) internal view {
        assertEq(uint256(measured.disputeAt(id).state), uint256(expected), "state");
    }

    /// Closed so, and nothing left of it anywhere.
    function assertClosed(bytes32 id, IMeasuredDisputes.Outcome expected) internal view {
        IMeasuredDisputes.Dispute memory d = measured.disputeAt(id);
        assertState(id, IMeasuredDisputes.State.Closed);
        assertEq(uint256(d.outcome), uint256(expected), "outcome");
        assertEq(d.until, 0, "no deadline");
        assertNoDeposits(id, d.arbitrationCost);
        assertNoPenalties(id);
        assertJurorsFree(id);
    }

    function assertNoDeposits(bytes32 id, uint256 arbitrationCost) private view {
        (, uint96 bond, , uint96 appeal, , uint96 ruling, ) = deposits.deposits(id);
        assertEq(uint256(bond) + appeal + ruling + arbitrationCost, 0, "deposits of a closed dispute");
    }

    function assertNoPenalties(bytes32 id) private view {
        (, uint96 penalty, , uint96 restitution, , uint96 unpaid, , ) = penalties.penalties(id);
        assertEq(uint256(penalty) + restitution + unpaid, 0, "what a closed dispute may take");
        (, uint96 frozen) = registry.reasons(address(penalties), id);
        assertEq(frozen, 0, "frozen stake of a closed dispute");
    }

    function assertJurorsFree(bytes32 id) private view {
        (, uint8 rounds, bool closed) = jury.cases(id);
        assertTrue(closed, "case closed");
        for (uint256 round = 1; round <= rounds; ++round) {
            address[] memory jurors = jury.jurorsOf(id, round);
            for (uint256 i = 0; i < jurors.length; ++i) {
                (, uint96 juror) = registry.reasons(address(jury), jury.dutyId(id, jurors[i]));
                assertEq(juror, 0, "frozen stake of a juror");
            }
        }
    }
}
