// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BlockHeader} from "@openzeppelin/contracts/utils/BlockHeader.sol";
import {Memory} from "@openzeppelin/contracts/utils/Memory.sol";
import {IJury} from "./IJury.sol";
import {PastBlocks} from "../libraries/PastBlocks.sol";
import {IStakeRegistry} from "../stake/IStakeRegistry.sol";
import {Candidates} from "./Candidates.sol";
import {Shuffle} from "./Shuffle.sol";
import {Votes} from "./Votes.sol";

/// @title Jury
/// @dev Immutable: no owner, no pause, no proxy. It holds no tokens. The stake registry is all that it calls.
contract Jury is IJury {
    using BlockHeader for Memory.Slice[];
    using Candidates for Candidates.List;
    using Shuffle for Shuffle.Deck;
    using Votes for Panel;

    /* CONSTANTS */

    /// @notice How long a validator has to have been active without interruption before a panel is asked for.
    uint256 public constant ELIGIBLE_AFTER = 7 days;
    /// @notice How many candidates a draw looks at, at most.
    uint256 public constant MAX_TRIES = 96;
    /// @notice Blocks from the request of a panel to the one whose randomness decides. Two epochs of Ethereum: nobody knows yet who
    /// will propose a block that is so far away.
    uint256 public constant DRAW_DELAY = 64;
    /// @notice Seconds to commit, from the draw.
    uint256 public constant COMMIT_PERIOD = 24 hours;
    /// @notice Seconds to reveal, from the end of the time to commit.
    uint256 public constant REVEAL_PERIOD = 12 hours;
    /// @notice Largest panel.
    uint256 public constant MAX_PANEL = 11;
    /// @notice Seats of open cases that a juror has to vote in. A seat beyond is one all the same, so that filling up others does
    /// not choose a jury; but staying away from it costs nothing.
    uint256 public constant MAX_DUTIES = 8;
    /// @notice `Vote.round` of who is a party.
    uint8 public constant PARTY = type(uint8).max;

    /// @notice Basis points of the validators' minimum that it costs not to commit.
    uint256 public constant NO_COMMIT_FINE = 200;
    /// @notice Basis points that it costs not to reveal what was committed.
    uint256 public constant NO_REVEAL_FINE = 500;
    /// @notice Basis points that it costs to have said the opposite of what turned out to be true.
    uint256 public constant INCOHERENT_FINE = 500;

    uint256 private constant WHOLE = 10_000;

    /* IMMUTABLES */

    /// @inheritdoc IJury
    address public immutable override stakeRegistry;

    /* STORAGE */

    /// @inheritdoc IJury
    mapping(bytes32 id => Case) public override cases;
    /// @inheritdoc IJury
    mapping(bytes32 id => mapping(address account => Vote)) public override votes;
    /// @inheritdoc IJury
    uint256 public override pendingDraws;
    /// @inheritdoc IJury
    mapping(address juror => uint256) public override dutiesOf;

    /// @dev While a draw is pending the list only grows at its end, behind what the draw looks at. So everything that decides
    /// who is drawn is fixed before the seed is known, but for one thing: a candidate can make itself ineligible, which
    /// lets the next one take its place.
    Candidates.List private _candidates;

    mapping(bytes32 id => mapping(uint256 round => Panel)) private _panels;
    mapping(bytes32 id => mapping(uint256 round => address[])) private _jurors;

    /* CONSTRUCTOR */

    /// @param stakeRegistry_ Has to name this contract a judge, and the courts, too.
    constructor(address stakeRegistry_) {
        require(stakeRegistry_ != address(0), JuryZeroAddress());
        // Chains without randomness have a small constant there. By chance no value is as small.
        require(block.prevrandao > type(uint128).max, JuryNoRandomness(block.prevrandao));
        stakeRegistry = stakeRegistry_;
    }

    /* CANDIDATES */

    /// @inheritdoc IJury
    function enlist() external {
        require(_activeSince(msg.sender) != 0, JuryNotValidator(msg.sender));
        require(!_candidates.contains(msg.sender), JuryAlreadyEnlisted(msg.sender));
        emit Enlisted(msg.sender, _candidates.add(msg.sender));
    }

    /// @inheritdoc IJury
    function delist(address validator) external {
        require(pendingDraws == 0, JuryDrawPending(pendingDraws));
        require(msg.sender == validator || _activeSince(validator) == 0, JuryStillActive(validator));
        require(_candidates.contains(validator), JuryNotEnlisted(validator));
        emit Delisted(validator, _candidates.remove(validator));
    }

    /* ANYONE */

    /// @inheritdoc IJury
    function draw(bytes32 id, bytes calldata header) external {
        uint256 round = cases[id].round;
        Panel storage panel = _panels[id][round];
        uint256 drawBlock = panel.drawBlock;
        require(drawBlock != 0, JuryNoDraw(id));
        require(block.number > drawBlock, JuryTooEarly(drawBlock, block.number));
        if (PastBlocks.hashOf(drawBlock) == bytes32(0)) {
            (uint256 candidates, uint256 renewed) = _nameBlock(panel);
            emit DrawRenewed(id, round, candidates, renewed);
            return;
        }
        bytes32 prevRandao = PastBlocks.fieldsOf(drawBlock, header).getPrevRandao();
        --pendingDraws;
        panel.drawBlock = 0;
        _seat(id, round, panel, keccak256(abi.encode(prevRandao, id, round)));
    }

    /* JURORS */

    /// @inheritdoc IJury
    function commit(bytes32 id, bytes32 commitment) external {
        require(commitment != bytes32(0), JuryEmptyCommitment());
        (Panel storage panel, Vote storage vote) = _seatOf(id, msg.sender);
        require(vote.commitment == bytes32(0), JuryAlreadyCommitted(id, msg.sender));
        _requirePhase(panel, Phase.Commit);
        vote.commitment = commitment;
        ++panel.committed;
        emit VoteCommitted(id, vote.round, msg.sender, commitment);
    }

    /// @inheritdoc IJury
    function reveal(bytes32 id, address juror, Choice choice, bytes32 salt) external {
        require(choice != Choice.None, JuryNoChoice());
        (Panel storage panel, Vote storage vote) = _seatOf(id, juror);
        require(vote.choice == Choice.None, JuryAlreadyRevealed(id, juror));
        _requirePhase(panel, Phase.Reveal);
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
        uint256 round = _requireIdle(id) + 1;
        cases[id].round = uint8(round); // Courts ask for a handful.
        Panel storage panel = _panels[id][round];
        panel.size = uint8(size); // Not above `MAX_PANEL`.
        ++pendingDraws;
        (uint256 candidates, uint256 drawBlock) = _nameBlock(panel);
        emit DrawRequested(id, round, size, candidates, drawBlock);
    }

    /// @inheritdoc IJury
    function close(bytes32 id, Verdict truth) external returns (address[] memory paid) {
        _requireCourt(id);
        uint256 rounds = _requireIdle(id);
        cases[id].closed = true;
        paid = new address[](MAX_PANEL * rounds);
        uint256 count = 0;
        uint256 fines = 0;
        for (uint256 round = 1; round <= rounds; ++round) {
            address[] memory jurors = _jurors[id][round];
            for (uint256 i = 0; i < jurors.length; ++i) {
                Vote memory vote = votes[id][jurors[i]];
                fines += _discharge(id, jurors[i], vote, truth);
                if (Votes.isPaid(vote.choice, truth)) paid[count++] = jurors[i];
            }
        }
        assembly ("memory-safe") {
            mstore(paid, count) // Shorter than it was made.
        }
        emit CaseClosed(id, truth, count, fines);
    }

    /* VIEWS */

    /// @inheritdoc IJury
    function isEnlisted(address validator) external view returns (bool) {
        return _candidates.contains(validator);
    }

    /// @inheritdoc IJury
    function candidateCount() public view returns (uint256) {
        return _candidates.members.length;
    }

    /// @inheritdoc IJury
    function candidateAt(uint256 index) external view returns (address) {
        return _candidates.members[index];
    }

    /// @inheritdoc IJury
    function panelOf(bytes32 id, uint256 round) external view returns (Panel memory) {
        return _panels[id][round];
    }

    /// @inheritdoc IJury
    function jurorsOf(bytes32 id, uint256 round) external view returns (address[] memory) {
        return _jurors[id][round];
    }

    /// @inheritdoc IJury
    function phaseOf(bytes32 id) external view returns (Phase) {
        return _phaseOf(_panels[id][cases[id].round]);
    }

    /// @inheritdoc IJury
    function findingOf(bytes32 id) external view returns (Phase phase, uint256 revealUntil, Verdict verdict) {
        Panel memory panel = _panels[id][cases[id].round];
        return (_phaseOf(panel), panel.revealUntil, panel.verdict());
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

    /// @dev The largest fine is frozen until the case is closed, so that a juror cannot leave before.
    function _seat(bytes32 id, uint256 round, Panel storage panel, bytes32 seed) private {
        (address[] memory found, uint256 count) = _choose(id, panel, seed);
        if (count < found.length) {
            emit DrawFailed(id, round, count, found.length);
            return;
        }
        uint256 commitUntil = block.timestamp + COMMIT_PERIOD;
        uint256 revealUntil = commitUntil + REVEAL_PERIOD;
        panel.commitUntil = uint40(commitUntil); // Fits for 34 000 years, like the next one.
        panel.revealUntil = uint40(revealUntil);
        emit PanelDrawn(id, round, seed, commitUntil, revealUntil);
        _jurors[id][round] = found;
        uint256 stakeAtRisk = _fine(NO_REVEAL_FINE);
        for (uint256 i = 0; i < count; ++i) {
            bool isDuty = dutiesOf[found[i]] < MAX_DUTIES;
            Vote storage vote = votes[id][found[i]];
            vote.round = uint8(round); // As it stands in the case.
            vote.isDuty = isDuty;
            if (isDuty) {
                ++dutiesOf[found[i]];
                IStakeRegistry(stakeRegistry).freeze(dutyId(id, found[i]), found[i], stakeAtRisk);
            }
            emit JurorDrawn(id, round, found[i], isDuty);
        }
    }

    /// @dev Looks at candidates in a random order until the panel is full; `found` are who can serve, filled up with zeros.
    function _choose(
        bytes32 id,
        Panel memory panel,
        bytes32 seed
    ) private view returns (address[] memory found, uint256 count) {
        found = new address[](panel.size);
        uint256 tries = panel.candidates < MAX_TRIES ? panel.candidates : MAX_TRIES;
        Shuffle.Deck memory deck = Shuffle.create(seed, panel.candidates, tries);
        for (uint256 i = 0; i < tries && count < panel.size; ++i) {
            address candidate = _candidates.members[deck.deal()];
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

    /* INTERNAL: CLOSING */

    /// @dev Fines a juror, or lets it go. All of a fine is the treasury's.
    function _discharge(bytes32 id, address juror, Vote memory vote, Verdict truth) private returns (uint256 taken) {
        if (vote.isDuty) --dutiesOf[juror];
        uint256 fine = _fineFor(vote, truth);
        IStakeRegistry registry = IStakeRegistry(stakeRegistry);
        if (fine == 0) {
            registry.unfreeze(dutyId(id, juror));
            return 0;
        }
        IStakeRegistry.Slash memory order;
        order.id = dutyId(id, juror);
        order.member = juror;
        order.offence = IStakeRegistry.Offence.JurorFault;
        order.penalty = fine;
        taken = registry.slash(order).treasury;
        emit JurorFined(id, vote.round, juror, taken);
    }

    function _fineFor(Vote memory vote, Verdict truth) private view returns (uint256) {
        if (vote.commitment == bytes32(0)) return vote.isDuty ? _fine(NO_COMMIT_FINE) : 0;
        if (vote.choice == Choice.None) return _fine(NO_REVEAL_FINE);
        return Votes.isOpposite(vote.choice, truth) ? _fine(INCOHERENT_FINE) : 0;
    }

    /// @dev Rounded up, so that no minimum is too small to fine.
    function _fine(uint256 basisPoints) private view returns (uint256) {
        uint256 minimum = IStakeRegistry(stakeRegistry).minimumStake(IStakeRegistry.Role.Validator);
        return (minimum * basisPoints + WHOLE - 1) / WHOLE; // A minimum fits 96 bits.
    }

    /* INTERNAL: CHECKS */

    function _requireCourt(bytes32 id) private view {
        require(cases[id].court == msg.sender, JuryNotCourt(msg.sender));
        require(!cases[id].closed, JuryCaseClosed(id));
    }

    /// @dev No panel is under way. Returns how many there were.
    function _requireIdle(bytes32 id) private view returns (uint256 rounds) {
        rounds = cases[id].round;
        Phase phase = _phaseOf(_panels[id][rounds]);
        bool idle = phase == Phase.None || phase == Phase.Ended || phase == Phase.Failed;
        require(idle, JuryPanelRunning(id, rounds));
    }

    function _phaseOf(Panel memory panel) private view returns (Phase) {
        if (panel.size == 0) return Phase.None;
        if (panel.drawBlock != 0) return Phase.Drawing;
        if (panel.revealUntil == 0) return Phase.Failed;
        if (block.timestamp > panel.revealUntil) return Phase.Ended;
        bool committed = panel.committed == panel.size || block.timestamp > panel.commitUntil;
        return committed ? Phase.Reveal : Phase.Commit;
    }

    function _requirePhase(Panel memory panel, Phase expected) private view {
        Phase found = _phaseOf(panel);
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
