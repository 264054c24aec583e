// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {JuryCandidates} from "./JuryCandidates.sol";
import {IJury} from "./IJury.sol";
import {IStakeRegistry} from "../stake/IStakeRegistry.sol";
import {BlockHashes} from "./BlockHashes.sol";
import {Votes} from "./Votes.sol";

/// @title Jury
/// @dev Immutable: no owner, no pause, no proxy. It holds no tokens; fines wait as its rewards in the stake registry, within
/// one call. The registry is all that it calls.
contract Jury is JuryCandidates {
    using Votes for Panel;

    /* CONSTANTS */

    /// @notice Blocks from the request of a panel to the one whose hash decides.
    uint256 public constant DRAW_DELAY = 4;
    /// @notice Seconds to commit, from the draw.
    uint256 public constant COMMIT_PERIOD = 24 hours;
    /// @notice Seconds to reveal, from the end of the time to commit.
    uint256 public constant REVEAL_PERIOD = 12 hours;
    /// @notice With fewer revealed votes a panel has found nothing.
    uint256 public constant MIN_REVEALS = Votes.MIN_REVEALS;
    /// @notice Largest panel.
    uint256 public constant MAX_PANEL = 11;
    /// @notice `Vote.round` of who is a party.
    uint8 public constant PARTY = type(uint8).max;

    /// @notice Basis points of the validators' minimum that it costs not to commit.
    uint256 public constant NO_COMMIT_FINE = 200;
    /// @notice Basis points that it costs not to reveal what was committed.
    uint256 public constant NO_REVEAL_FINE = 500;
    /// @notice Basis points that it costs to have said the opposite of what turned out to be true.
    uint256 public constant INCOHERENT_FINE = 500;
    /// @notice Basis points of a fine that go to the coherent jurors; the rest is the treasury's.
    uint256 public constant JURY_SHARE = 6_000;

    uint256 private constant WHOLE = 10_000;

    /* STORAGE */

    /// @inheritdoc IJury
    mapping(bytes32 id => Case) public override cases;

    mapping(bytes32 id => mapping(uint256 round => Panel)) private _panels;
    mapping(bytes32 id => mapping(uint256 round => address[])) private _jurors;

    /* CONSTRUCTOR */

    /// @param stakeRegistry_ Has to name this contract a judge, and the courts, too.
    constructor(address stakeRegistry_) {
        require(stakeRegistry_ != address(0), JuryZeroAddress());
        stakeRegistry = stakeRegistry_;
    }

    /* JURORS */

    /// @inheritdoc IJury
    function commit(bytes32 id, bytes32 commitment) external {
        require(commitment != bytes32(0), JuryEmptyCommitment());
        (Panel storage panel, Vote storage vote) = _seatOf(id, msg.sender);
        require(vote.commitment == bytes32(0), JuryAlreadyCommitted(id, msg.sender));
        _requirePhase(id, Phase.Commit);
        vote.commitment = commitment;
        ++panel.committed;
        emit VoteCommitted(id, vote.round, msg.sender, commitment);
    }

    /// @inheritdoc IJury
    function reveal(bytes32 id, address juror, Choice choice, bytes32 salt) external {
        require(choice != Choice.None, JuryNoChoice());
        (Panel storage panel, Vote storage vote) = _seatOf(id, juror);
        require(vote.choice == Choice.None, JuryAlreadyRevealed(id, juror));
        _requirePhase(id, Phase.Reveal);
        bytes32 found = Votes.hash(id, vote.round, juror, choice, salt);
        require(vote.commitment == found, JuryWrongReveal(vote.commitment, found));
        vote.choice = choice;
        ++panel.revealed;
        if (choice == Choice.Mismatch) ++panel.mismatches;
        if (choice == Choice.Match) ++panel.matches;
        emit VoteRevealed(id, vote.round, juror, choice, salt);
    }

    /* COURT */

    /// @inheritdoc IJury
    function open(bytes32 id, address[] calldata parties) external {
        IStakeRegistry.Power power = IStakeRegistry(stakeRegistry).powerOf(msg.sender);
        require(power == IStakeRegistry.Power.StakeAndTails, JuryNotCourt(msg.sender));
        require(cases[id].court == address(0), JuryCaseExists(id));
        cases[id].court = msg.sender;
        for (uint256 i = 0; i < parties.length; ++i) {
            votes[id][parties[i]].round = PARTY;
        }
        emit CaseOpened(id, msg.sender);
    }

    /// @inheritdoc IJury
    function request(bytes32 id, uint256 size) external {
        _requireCourt(id);
        require(size != 0 && size <= MAX_PANEL, JuryPanelSize(MAX_PANEL, size));
        Phase phase = phaseOf(id);
        uint256 round = cases[id].round;
        require(phase == Phase.None || phase == Phase.Ended, JuryPanelRunning(id, round));
        cases[id].round = uint8(++round); // Courts ask for a handful.
        Panel storage panel = _panels[id][round];
        panel.size = uint8(size); // Not above `MAX_PANEL`.
        ++pendingDraws;
        (uint256 candidates, uint256 drawBlock) = _nameBlock(panel);
        emit DrawRequested(id, round, size, candidates, drawBlock);
    }

    /// @inheritdoc IJury
    function draw(bytes32 id) external returns (Draw result, uint256 revealUntil) {
        _requireCourt(id);
        uint256 round = cases[id].round;
        Panel storage panel = _panels[id][round];
        uint256 drawBlock = panel.drawBlock;
        require(drawBlock != 0, JuryNoDraw(id));
        if (block.number <= drawBlock) return (Draw.Waiting, 0);
        bytes32 blockHash = BlockHashes.get(drawBlock);
        if (blockHash == bytes32(0)) {
            (uint256 candidates, uint256 renewed) = _nameBlock(panel);
            emit DrawRenewed(id, round, candidates, renewed);
            return (Draw.Renewed, 0);
        }
        --pendingDraws;
        panel.drawBlock = 0;
        revealUntil = _seat(id, round, panel, keccak256(abi.encode(blockHash, id, round)));
        result = revealUntil == 0 ? Draw.TooFew : Draw.Drawn;
    }

    /// @inheritdoc IJury
    function close(bytes32 id, Verdict truth) external returns (address[] memory coherent) {
        _requireCourt(id);
        Phase phase = phaseOf(id);
        uint256 rounds = cases[id].round;
        require(phase == Phase.None || phase == Phase.Ended, JuryPanelRunning(id, rounds));
        cases[id].closed = true;

        coherent = new address[](MAX_PANEL * rounds);
        uint256 count = 0;
        uint256 fines = 0;
        for (uint256 round = 1; round <= rounds; ++round) {
            address[] memory jurors = _jurors[id][round];
            for (uint256 i = 0; i < jurors.length; ++i) {
                Vote memory vote = votes[id][jurors[i]];
                fines += _discharge(id, jurors[i], vote, truth);
                if (Votes.isCoherent(vote.choice, truth)) coherent[count++] = jurors[i];
            }
        }
        assembly ("memory-safe") {
            mstore(coherent, count) // Shorter than it was made.
        }
        uint256 rest = _divide(id, coherent, fines);
        emit CaseClosed(id, truth, count, fines, rest);
    }

    /* VIEWS */

    /// @inheritdoc IJury
    function panelOf(bytes32 id, uint256 round) external view returns (Panel memory) {
        return _panels[id][round];
    }

    /// @inheritdoc IJury
    function jurorsOf(bytes32 id, uint256 round) external view returns (address[] memory) {
        return _jurors[id][round];
    }

    /// @inheritdoc IJury
    function phaseOf(bytes32 id) public view returns (Phase) {
        Panel memory panel = _panels[id][cases[id].round];
        if (panel.size == 0) return Phase.None;
        if (panel.drawBlock != 0) return Phase.Drawing;
        if (block.timestamp > panel.revealUntil) return Phase.Ended;
        bool committed = panel.committed == panel.size || block.timestamp > panel.commitUntil;
        return committed ? Phase.Reveal : Phase.Commit;
    }

    /// @inheritdoc IJury
    function verdictOf(bytes32 id) external view returns (Verdict) {
        return _panels[id][cases[id].round].verdict();
    }

    /// @inheritdoc IJury
    function hashVote(
        bytes32 id,
        uint256 round,
        address juror,
        Choice choice,
        bytes32 salt
    ) external pure returns (bytes32) {
        return Votes.hash(id, round, juror, choice, salt);
    }

    /// @inheritdoc IJury
    function dutyId(bytes32 id, address juror) public pure returns (bytes32) {
        return keccak256(abi.encode(id, juror));
    }

    /* INTERNAL: DRAWING */

    function _nameBlock(Panel storage panel) private returns (uint256 candidates, uint256 drawBlock) {
        candidates = candidateCount();
        drawBlock = block.number + DRAW_DELAY;
        panel.requestedAt = uint40(block.timestamp); // Fits for 34 000 years.
        panel.candidates = uint32(candidates); // Each holds the validators' minimum of stake.
        panel.drawBlock = uint48(drawBlock); // Fits for ever.
    }

    /// @dev The largest fine is frozen until the case is closed, so that a juror cannot leave before. Returns zero if there
    /// are not enough.
    function _seat(bytes32 id, uint256 round, Panel storage panel, bytes32 seed) private returns (uint256 revealUntil) {
        (address[] memory found, uint256 count) = _choose(id, panel, seed);
        if (count < found.length) {
            emit DrawFailed(id, round, count, found.length);
            return 0;
        }
        uint256 commitUntil = block.timestamp + COMMIT_PERIOD;
        panel.commitUntil = uint40(commitUntil); // Fits for 34 000 years, like the next one.
        revealUntil = commitUntil + REVEAL_PERIOD;
        panel.revealUntil = uint40(revealUntil);
        emit PanelDrawn(id, round, seed, commitUntil, revealUntil);
        _jurors[id][round] = found;
        uint256 stakeAtRisk = _fine(NO_REVEAL_FINE);
        for (uint256 i = 0; i < count; ++i) {
            votes[id][found[i]].round = uint8(round); // As it stands in the case.
            IStakeRegistry(stakeRegistry).freeze(dutyId(id, found[i]), found[i], stakeAtRisk);
            emit JurorDrawn(id, round, found[i]);
        }
    }

    /* INTERNAL: CLOSING */

    /// @dev Fines a juror, or lets it go. Returns what of the fine is for the coherent jurors.
    function _discharge(bytes32 id, address juror, Vote memory vote, Verdict truth) private returns (uint256 share) {
        uint256 fine = _fineFor(vote, truth);
        IStakeRegistry registry = IStakeRegistry(stakeRegistry);
        if (fine == 0) {
            registry.unfreeze(dutyId(id, juror));
            return 0;
        }
        IStakeRegistry.Payout memory payout = registry.slash(
            IStakeRegistry.Slash({
                id: dutyId(id, juror),
                member: juror,
                offence: IStakeRegistry.Offence.JurorFault,
                restitution: 0,
                penalty: fine,
                reporter: address(0),
                victim: address(0),
                jury: address(this),
                reporterShare: 0,
                victimShare: 0,
                juryShare: JURY_SHARE,
                victimLimit: 0
            })
        );
        emit JurorFined(id, vote.round, juror, payout.jury + payout.treasury);
        return payout.jury;
    }

    function _fineFor(Vote memory vote, Verdict truth) private view returns (uint256) {
        if (vote.commitment == bytes32(0)) return _fine(NO_COMMIT_FINE);
        if (vote.choice == Choice.None) return _fine(NO_REVEAL_FINE);
        return Votes.isOpposite(vote.choice, truth) ? _fine(INCOHERENT_FINE) : 0;
    }

    /// @dev Rounded up, so that no minimum is too small to fine.
    function _fine(uint256 basisPoints) private view returns (uint256) {
        uint256 minimum = IStakeRegistry(stakeRegistry).minimumStake(IStakeRegistry.Role.Validator);
        return (minimum * basisPoints + WHOLE - 1) / WHOLE; // A minimum fits 96 bits.
    }

    /// @dev Equal parts, rounded down; the treasury gets what is left.
    function _divide(bytes32 id, address[] memory coherent, uint256 fines) private returns (uint256 rest) {
        IStakeRegistry registry = IStakeRegistry(stakeRegistry);
        uint256 part = coherent.length == 0 ? 0 : fines / coherent.length;
        for (uint256 i = 0; i < coherent.length && part != 0; ++i) {
            registry.transferRewards(coherent[i], part);
            emit JurorRewarded(id, coherent[i], part);
        }
        rest = fines - part * coherent.length;
        if (rest != 0) registry.transferRewards(registry.treasury(), rest);
    }

    /* INTERNAL: CHECKS */

    function _requireCourt(bytes32 id) private view {
        require(cases[id].court == msg.sender, JuryNotCourt(msg.sender));
        require(!cases[id].closed, JuryCaseClosed(id));
    }

    function _requirePhase(bytes32 id, Phase expected) private view {
        Phase found = phaseOf(id);
        require(found == expected, JuryWrongPhase(expected, found));
    }

    /// @dev Only jurors of the newest panel have something to do. One of an older panel is told that its phase is over by
    /// the round in its vote.
    function _seatOf(bytes32 id, address juror) private view returns (Panel storage panel, Vote storage vote) {
        vote = votes[id][juror];
        uint256 round = cases[id].round;
        require(round != 0 && vote.round == round, JuryNotJuror(id, juror));
        panel = _panels[id][round];
    }
}
