// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title IJury: validators who judge what no contract can compute
/// @notice Validators enlist. A dispute contract, the court, opens a case and asks for panels of them; the chain's randomness
/// chooses. Jurors commit to a vote, then reveal it. At the end the court says what turned out to be true; jurors who
/// failed their duty or said the opposite are fined. Fines are the treasury's: nobody gains by a duty that others miss.
/// @dev A court is a judge of the stake registry with the power `StakeAndTails`; a case belongs to the court that opened it.
/// Every call of a court is one of a contract with fixed code, so that its arguments are trusted.
/// @dev Randomness. The seed is `prevRandao` of a block `DRAW_DELAY` after the request, proven by that block's header, and the
/// candidates are those that were enlisted at the request, in an order that nobody can change until the draw. Nothing that
/// anybody writes into a block enters the seed. Who proposes the block before it can keep that one from being published and so
/// roll once more, for the price of the block; nobody knows at the request who that will be.
/// @dev A panel in commit and reveal needs no transaction to move on: its times are fixed by the draw, and only what
/// happened within them counts.
interface IJury {
    /* TYPES */

    /// @notice A juror's finding. `Mismatch`: the statement of the dispute is true, the answers are not what was signed.
    /// `Match`: they are. `Insufficient`: the evidence does not allow to say, or was not to be had.
    enum Choice {
        None,
        Mismatch,
        Match,
        Insufficient
    }

    /// @notice What a panel found: `Mismatch` or `Match` if more than half of its seats say so, else `None`.
    enum Verdict {
        None,
        Mismatch,
        Match
    }

    /// @notice `Drawing`: the seed is to come, or to be proven. `Failed`: there were not enough eligible candidates.
    enum Phase {
        None,
        Drawing,
        Commit,
        Reveal,
        Ended,
        Failed
    }

    /// @notice A case before the jury.
    /// @param court Who opened it.
    /// @param round Number of the newest panel, from 1.
    /// @param closed Nothing more will happen.
    struct Case {
        address court;
        uint8 round;
        bool closed;
    }

    /// @notice One panel of a case.
    /// @param drawBlock Whose `prevRandao` is the seed; zero if no draw is pending.
    /// @param requestedAt When the court asked. Who became an active validator too late before that is not drawn.
    /// @param candidates How many were enlisted then.
    /// @param commitUntil Last second to commit; zero before the draw.
    /// @param revealUntil Last second to reveal.
    /// @param size How many jurors are wanted.
    /// @param committed How many committed.
    /// @param revealed How many revealed.
    /// @param mismatches How many of them say `Mismatch`.
    /// @param matches How many say `Match`.
    struct Panel {
        uint48 drawBlock;
        uint40 requestedAt;
        uint32 candidates;
        uint40 commitUntil;
        uint40 revealUntil;
        uint8 size;
        uint8 committed;
        uint8 revealed;
        uint8 mismatches;
        uint8 matches;
    }

    /// @notice What one address has to do with a case: it serves once, in one panel, or not at all.
    /// @param commitment See `hashVote`; zero before it committed.
    /// @param round Its panel; zero if it was not drawn; `PARTY` if it is a party and cannot be.
    /// @param choice What it revealed.
    /// @param isDuty Whether it has to vote. A juror that was drawn while it had `MAX_DUTIES` may, and need not.
    struct Vote {
        bytes32 commitment;
        uint8 round;
        Choice choice;
        bool isDuty;
    }

    /* ERRORS */

    error JuryZeroAddress();
    error JuryNoRandomness(uint256 prevRandao);
    error JuryNotValidator(address account);
    error JuryAlreadyEnlisted(address validator);
    error JuryNotEnlisted(address validator);
    error JuryStillActive(address validator);
    error JuryDrawPending(uint256 draws);
    error JuryNotCourt(address caller);
    error JuryCaseExists(bytes32 id);
    error JuryCaseClosed(bytes32 id);
    error JuryPanelRunning(bytes32 id, uint256 round);
    error JuryPanelSize(uint256 maximum, uint256 asked);
    error JuryNoDraw(bytes32 id);
    error JuryTooEarly(uint256 drawBlock, uint256 blockNumber);
    error JuryNotJuror(bytes32 id, address account);
    error JuryWrongPhase(Phase expected, Phase found);
    error JuryEmptyCommitment();
    error JuryAlreadyCommitted(bytes32 id, address juror);
    error JuryAlreadyRevealed(bytes32 id, address juror);
    error JuryNoChoice();
    error JuryWrongReveal(bytes32 commitment, bytes32 found);

    /* EVENTS */

    /// @param candidates How many are enlisted afterwards.
    event Enlisted(address indexed validator, uint256 candidates);
    event Delisted(address indexed validator, uint256 candidates);

    event CaseOpened(bytes32 indexed id, address indexed court);
    event DrawRequested(bytes32 indexed id, uint256 indexed round, uint256 size, uint256 candidates, uint256 drawBlock);
    /// @notice The hash of the block was gone; another block gives the seed.
    event DrawRenewed(bytes32 indexed id, uint256 indexed round, uint256 candidates, uint256 drawBlock);
    event DrawFailed(bytes32 indexed id, uint256 indexed round, uint256 found, uint256 size);
    event PanelDrawn(bytes32 indexed id, uint256 indexed round, bytes32 seed, uint256 commitUntil, uint256 revealUntil);
    /// @param isDuty See `Vote`.
    event JurorDrawn(bytes32 indexed id, uint256 indexed round, address indexed juror, bool isDuty);
    event VoteCommitted(bytes32 indexed id, uint256 indexed round, address indexed juror, bytes32 commitment);
    event VoteRevealed(bytes32 indexed id, uint256 indexed round, address indexed juror, Choice choice, bytes32 salt);
    /// @param taken From the juror's stake.
    event JurorFined(bytes32 indexed id, uint256 indexed round, address indexed juror, uint256 taken);
    /// @param paid How many the court owes a fee.
    /// @param fines All that was taken.
    event CaseClosed(bytes32 indexed id, Verdict truth, uint256 paid, uint256 fines);

    /* CANDIDATES */

    /// @notice Makes the caller, an active validator, a candidate. It can be drawn once it has been active for
    /// `ELIGIBLE_AFTER`, for cases whose panel is asked for after this call.
    function enlist() external;

    /// @notice Takes a candidate off the list: anybody itself, and everybody one that is no active validator any more.
    /// Waits while a draw is pending, since it moves others on the list. Nobody is held by that: who is not active is not
    /// drawn.
    function delist(address validator) external;

    /* ANYONE */

    /// @notice Draws the panel that was asked for.
    /// @param header RLP of the header of the draw's block, which its hash proves. If that hash is no longer to be had, any
    /// bytes do: another block is named.
    function draw(bytes32 id, bytes calldata header) external;

    /* JURORS */

    /// @notice Commits the caller to a vote. Once.
    /// @param commitment `hashVote` of it, with a random salt: three choices are quickly guessed without one.
    function commit(bytes32 id, bytes32 commitment) external;

    /// @notice Reveals a juror's vote. Anyone who has its salt may send it. Opens when all committed or the time to commit is
    /// over. A juror whose vote does not fit its commitment did not reveal.
    function reveal(bytes32 id, address juror, Choice choice, bytes32 salt) external;

    /* COURT */

    /// @notice Opens a case.
    /// @param parties Who cannot be a juror of it.
    function open(bytes32 id, address[] calldata parties) external;

    /// @notice Asks for a panel of `size` jurors who did not serve in the case yet.
    function request(bytes32 id, uint256 size) external;

    /// @notice Ends a case, and fines.
    /// @param truth What the case came to. `Mismatch`, `Match`: jurors who said so are to be paid, and who said the opposite is
    /// fined; `Insufficient` is neither. `None`: all who revealed are to be paid.
    /// @return paid The jurors to be paid, in the order of their drawing.
    function close(bytes32 id, Verdict truth) external returns (address[] memory paid);

    /* VIEWS */

    function stakeRegistry() external view returns (address);
    function isEnlisted(address validator) external view returns (bool);
    function candidateCount() external view returns (uint256);
    function candidateAt(uint256 index) external view returns (address);

    /// @notice Draws that were asked for and not made.
    function pendingDraws() external view returns (uint256);

    function cases(bytes32 id) external view returns (address court, uint8 round, bool closed);
    function panelOf(bytes32 id, uint256 round) external view returns (Panel memory);
    function jurorsOf(bytes32 id, uint256 round) external view returns (address[] memory);
    function votes(
        bytes32 id,
        address account
    ) external view returns (bytes32 commitment, uint8 round, Choice choice, bool isDuty);

    /// @notice How many seats of open cases the juror has to vote in.
    function dutiesOf(address juror) external view returns (uint256);

    /// @notice Phase of the newest panel.
    function phaseOf(bytes32 id) external view returns (Phase);

    /// @notice What a court has to know of the newest panel.
    /// @return phase See `phaseOf`.
    /// @return revealUntil When it has voted; zero before it is drawn.
    /// @return verdict What it found; says something only in the phase `Ended`.
    function findingOf(bytes32 id) external view returns (Phase phase, uint256 revealUntil, Verdict verdict);

    /// @notice What a juror commits to: keccak256(abi.encode(id, round, juror, choice, salt)). The juror's address in it
    /// makes a copied commitment worthless.
    function hashVote(
        bytes32 id,
        uint256 round,
        address juror,
        Choice choice,
        bytes32 salt
    ) external pure returns (bytes32);

    /// @notice The id under which the registry freezes a juror's stake, and slashes it for a fault.
    function dutyId(bytes32 id, address juror) external pure returns (bytes32);
}
