// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Audits: what bonded validators found out about executors, in events that reputation is computed from
/// @notice Time is cut into epochs. A validator registers a chain of secret preimages, one per epoch. The seed of an epoch
/// becomes known at its first block; seed, preimage and executor then say whether the validator audits the executor. Only
/// the validator can tell, until it reveals the preimage with its report, in the epoch after. So
/// - no validator chooses whom it audits: its preimages are fixed an epoch before the seed can be known, and an executor
///   counts only if its address was registered by then;
/// - no executor knows before the epoch has ended who audits it;
/// - each (validator, epoch) has one preimage, whatever was skipped, replaced or dropped, and each (validator, executor,
///   epoch) at most one row.
/// @dev The rule. An executor is assigned to a validator when keccak256(seed, preimage, executor) falls into the lowest of
/// `odds` equal parts. It does not depend on how many executors there are: nobody can thin out the audits of one executor
/// by registering others, the chance that none of n validators audits an executor in an epoch is (1 - 1/odds)^n, and
/// there is no count to keep. The work of a validator grows with the executors instead; `odds` is chosen for that.
/// @dev The seed is a fact and not a choice: `prevRandao` of the first block of the epoch, proven by that block's header and
/// its parent's, both checked against the chain's own block hashes. Who proves it, and when, changes nothing.
/// - Neither order nor content of blocks enters `prevRandao`: nobody grinds it, as blockhashes could be ground.
/// - Those who can keep the last k blocks before the epoch from being published (their proposers, or whoever builds and
///   delivers blocks for them), if they are one party, can choose among 2^k values, and lose what each such block earns.
///   That raises the chance of an event of chance q to 2^k * q at most. They can steer who *their own* validators audit.
///   They cannot steer honest validators away from an executor: they do not know those preimages, so that under every
///   value the assignment is as likely as before.
/// - The proposer of the epoch's first block cannot: without its block the next one carries the same value.
/// - Nobody proves the seed in time (the header is within the last 8191 blocks, about 27 hours on Ethereum): the epoch has
///   no reports, which is no evidence for or against anyone, and chains go on at the next epoch. An epoch without any block
///   has no seed either. Whoever wants to report can prove the seed in the same transaction (`multicall`).
/// A chain on which `prevRandao` is constant or at one party's will must not be used.
/// @dev What is left: a validator can lie about those that it was assigned, keep silent about some of them, copy the
/// outcomes of others, or tell an executor that it is being audited. The assignment bounds each to one in `odds`;
/// `evidence` commits a report to the receipts behind it.
/// @dev Units. Epochs are numbered from the Unix epoch. Times: Unix seconds.
interface IAudits {
    /* TYPES */

    /// @notice The preimages of a validator that are in force, and how far it has come.
    /// @param head The newest revealed preimage; the tip before the first is revealed.
    /// @param headEpoch The epoch of `head`; for the tip, the one before the chain's first.
    /// @param lastEpoch The last epoch that the chain covers.
    /// @param nextEpoch First epoch of the chain that follows; zero if none is registered.
    /// @param cursor The last executor reported on in `headEpoch`; rows go up from there.
    struct Chain {
        bytes32 head;
        uint32 headEpoch;
        uint32 lastEpoch;
        uint32 nextEpoch;
        address cursor;
    }

    /// @notice A chain that is registered but not in force yet; its first epoch stands in `Chain.nextEpoch`.
    struct NextChain {
        bytes32 tip;
        uint32 lastEpoch;
    }

    /// @notice What a validator found out about one executor in one epoch. It is one piece of evidence however many
    /// canaries it took; the counts say of which kind.
    /// @param executor Rows of a report are in ascending order of it.
    /// @param model keccak256 of the model's name, as in requests.
    /// @param weightsHash Of the offer that was tested; zero if it stated none.
    /// @param evidence Merkle root over the digests of the canaries' responses: what the validator has to be able to show.
    /// @param outcome 1 passed, 2 failed, 3 unanswered (no canary got an answer), 4 inconclusive.
    /// @param canaries Requests sent.
    /// @param unanswered Those without a signed answer in time.
    /// @param structureFailures Answers with a wrong structure, signature or sum.
    /// @param countFailures Answers with token counts other than the pinned tokenizer's.
    /// @param traceFailures Answers whose log probabilities are not those of the weights.
    /// @param crossFailures Answers that other executors of the same weights contradict.
    /// @param logLikelihood Natural log of how much likelier the answers are under another model than under the one
    /// offered, in thousandths; a dispute opens at 13 816 (ln 1e6) over several epochs.
    struct Row {
        address executor;
        bytes32 model;
        bytes32 weightsHash;
        bytes32 evidence;
        uint8 outcome;
        uint16 canaries;
        uint16 unanswered;
        uint16 structureFailures;
        uint16 countFailures;
        uint16 traceFailures;
        uint16 crossFailures;
        int32 logLikelihood;
    }

    /* ERRORS */

    error AuditZeroAddress();
    error AuditParameterOutOfRange(bytes32 name, uint256 minimum, uint256 maximum, uint256 asked);
    error AuditNotActiveValidator(address account);
    error AuditStillActive(address validator);
    error AuditZeroTip();
    error AuditChainLength(uint256 minimum, uint256 maximum, uint256 length);
    error AuditChainPending(address validator, uint256 firstEpoch);
    error AuditNoChain(address validator);
    error AuditEpochNotCovered(address validator, uint256 epoch);
    error AuditNotParent(bytes32 expected, bytes32 found);
    error AuditNotFirstBlock(uint256 epoch, uint256 parentTimestamp);
    error AuditWrongEpoch(uint256 reportable, uint256 asked);
    error AuditSeedUnknown(uint256 epoch);
    error AuditWrongPreimage(address validator, uint256 epoch);
    error AuditTooManyRows(uint256 limit, uint256 asked);
    error AuditRowOrder(address before, address executor);
    error AuditNotExecutor(address account);
    error AuditExecutorTooNew(address executor, uint256 firstEpoch);
    error AuditNotAssigned(address validator, uint256 epoch, address executor);
    error AuditUnknownOutcome(address executor, uint8 outcome);
    error AuditInconsistentCounts(address executor);

    /* EVENTS */

    /// @param firstEpoch The first that the chain covers; until then the chain before it stays in force.
    event ChainRegistered(address indexed validator, bytes32 tip, uint256 firstEpoch, uint256 lastEpoch);
    event ChainDropped(address indexed validator, address indexed caller);

    /// @param epochStart First second of the epoch.
    /// @param blockNumber The first block of the epoch.
    event SeedFixed(uint256 indexed epoch, bytes32 seed, uint256 epochStart, uint256 blockNumber, bytes32 prevRandao);

    /// @notice With seed and odds: whom the validator was assigned, and so also on whom it kept silent.
    event PreimageRevealed(address indexed validator, uint256 indexed epoch, bytes32 preimage);

    /// @param epochStart First second of the audited epoch. Evidence ages from here and not from the block of the report,
    /// so that no validator makes its report count longer by sending it later.
    event ExecutorAudited(
        address indexed validator,
        address indexed executor,
        uint256 indexed epoch,
        uint256 epochStart,
        bytes32 model,
        bytes32 weightsHash,
        bytes32 evidence,
        uint8 outcome,
        uint16 canaries,
        uint16 unanswered,
        uint16 structureFailures,
        uint16 countFailures,
        uint16 traceFailures,
        uint16 crossFailures,
        int32 logLikelihood
    );

    /* ACTIONS */

    /// @notice Registers the caller's next chain: `length` preimages, one per epoch from the second epoch after this one.
    /// The epoch in between makes sure that no seed which the chain meets can be known, even to the proposer of this block.
    /// Until then the chain before it stays in force. One chain can wait at a time, so that the choice is made once.
    /// @param tip The first epoch's preimage, one step further back (`Assignments.walkBack`).
    /// @return firstEpoch The first epoch that the chain covers.
    function registerChain(bytes32 tip, uint256 length) external returns (uint256 firstEpoch);

    /// @notice Removes the chains of a validator that is not active. Anyone may: otherwise one stake could be moved over many
    /// addresses with chains, to whichever was assigned the wanted executor. Once active again, it registers a new one.
    function dropChain(address validator) external;

    /// @notice Fixes the seed of the epoch that the block is the first of. Anyone may; the result is the same, and a second
    /// time nothing happens.
    /// @param blockNumber Within the last 8191 blocks, and before this one.
    /// @param parent RLP of the header of the block before.
    /// @param first RLP of the header of the block.
    function fixSeed(
        uint256 blockNumber,
        bytes calldata parent,
        bytes calldata first
    ) external returns (uint256 epoch, bytes32 seed);

    /// @notice Reports what the caller's canaries of `epoch`, the one that has just ended, found out. Reveals the epoch's
    /// preimage. A report that does not fit one transaction goes on in further ones, with higher executors; it may be empty.
    /// @dev One bad row refuses the whole report. Whether a row is good follows from the validator's own secret, the epoch's
    /// seed, and role and registration time of the executor, none of which ever change: nothing that somebody else does
    /// can make a report bad that was good when it was sent. An executor that stops or unbonds after a bad audit is still
    /// reported on. So a bad row is an error of the sender, which is told which one, and nothing is lost but gas.
    /// @param preimage That of `epoch`. Epochs without a report are skipped by walking back further.
    function report(uint256 epoch, bytes32 preimage, Row[] calldata rows) external;

    /* VIEWS */

    function stakeRegistry() external view returns (address);
    function epochLength() external view returns (uint256 lengthSeconds);

    /// @notice An executor is assigned to a validator once in so many epochs.
    function odds() external view returns (uint256);

    /// @notice Number of the epoch that this block is in.
    function currentEpoch() external view returns (uint256);

    /// @notice Zero while the seed is not fixed.
    function seeds(uint256 epoch) external view returns (bytes32 seed);

    /// @notice As of the validator's last transaction: a next chain whose time has come takes over with the next one.
    function chains(
        address validator
    ) external view returns (bytes32 head, uint32 headEpoch, uint32 lastEpoch, uint32 nextEpoch, address cursor);
    function nextChains(address validator) external view returns (bytes32 tip, uint32 lastEpoch);

    /// @notice Whether the preimage assigns the executor in the epoch; false while the seed is not fixed.
    function isAssigned(uint256 epoch, bytes32 preimage, address executor) external view returns (bool);
}
