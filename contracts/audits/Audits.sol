// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BlockHeader} from "@openzeppelin/contracts/utils/BlockHeader.sol";
import {Memory} from "@openzeppelin/contracts/utils/Memory.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {IAudits} from "./IAudits.sol";
import {PastBlocks} from "../libraries/PastBlocks.sol";
import {IStakeRegistry} from "../stake/IStakeRegistry.sol";
import {Assignments} from "./Assignments.sol";

/// @title Audits
/// @dev Immutable: no owner, no pause, no proxy, no money. Calls nothing but the stake registry, by static calls. Refusing
/// doubles takes two slots per validator, whatever it reports: preimages go one way, executors go up.
contract Audits is IAudits, Multicall {
    using BlockHeader for Memory.Slice[];

    /* CONSTANTS */

    /// @notice What is registered in one epoch counts from so many epochs later.
    uint256 public constant LOOKAHEAD = 2;
    /// @notice Longest chain: 341 days of epochs of an hour. A validator that slept all the time walks back that far in one
    /// report, for less than a million gas.
    uint256 public constant MAX_CHAIN_LENGTH = 8192;
    /// @notice Most rows in one `report`: below 2^24 gas, the most that one transaction may use (EIP-7825), with room for a
    /// whole chain walked back.
    uint256 public constant MAX_ROWS = 256;

    uint256 private constant MIN_EPOCH_LENGTH = 1 minutes;
    uint256 private constant MAX_EPOCH_LENGTH = 1 days;
    uint256 private constant MAX_ODDS = 65_536;
    uint8 private constant OUTCOME_PASSED = 1;
    uint8 private constant OUTCOME_UNANSWERED = 3;
    uint8 private constant OUTCOME_LAST = 4;

    /* IMMUTABLES */

    /// @inheritdoc IAudits
    address public immutable override stakeRegistry;
    /// @inheritdoc IAudits
    uint256 public immutable override epochLength;
    /// @inheritdoc IAudits
    uint256 public immutable override odds;

    /* STORAGE */

    /// @inheritdoc IAudits
    mapping(uint256 epoch => bytes32) public override seeds;
    /// @inheritdoc IAudits
    mapping(address validator => Chain) public override chains;
    /// @inheritdoc IAudits
    mapping(address validator => NextChain) public override nextChains;

    /* CONSTRUCTOR */

    /// @param stakeRegistry_ Says who is a validator or an executor.
    /// @param epochLength_ Seconds. An hour on networks with value: no party proposes every block of an hour, which is what
    /// knowing a seed an epoch ahead would take, and headers stay provable for longer than a report is due. Short ones are
    /// for networks that try things out.
    /// @param odds_ An executor is assigned to a validator once in so many epochs; 1 assigns all.
    constructor(address stakeRegistry_, uint256 epochLength_, uint256 odds_) {
        require(stakeRegistry_ != address(0), AuditZeroAddress());
        _requireWithin("epochLength", MIN_EPOCH_LENGTH, MAX_EPOCH_LENGTH, epochLength_);
        _requireWithin("odds", 1, MAX_ODDS, odds_);
        stakeRegistry = stakeRegistry_;
        epochLength = epochLength_;
        odds = odds_;
    }

    /* CHAINS */

    /// @inheritdoc IAudits
    function registerChain(bytes32 tip, uint256 length) external returns (uint256 firstEpoch) {
        _requireActiveValidator(msg.sender);
        require(tip != 0, AuditZeroTip());
        require(length != 0 && length <= MAX_CHAIN_LENGTH, AuditChainLength(1, MAX_CHAIN_LENGTH, length));
        uint256 current = currentEpoch();
        Chain storage chain = _chainAt(msg.sender, current - 1);
        require(chain.nextEpoch == 0, AuditChainPending(msg.sender, chain.nextEpoch));
        firstEpoch = current + LOOKAHEAD;
        uint256 lastEpoch = firstEpoch + length - 1;
        // Epochs of a minute and more fit 32 bits for 8 000 years.
        chain.nextEpoch = uint32(firstEpoch);
        nextChains[msg.sender] = NextChain(tip, uint32(lastEpoch));
        emit ChainRegistered(msg.sender, tip, firstEpoch, lastEpoch);
    }

    /// @inheritdoc IAudits
    function dropChain(address validator) external {
        require(!IStakeRegistry(stakeRegistry).isActive(validator), AuditStillActive(validator));
        Chain storage chain = chains[validator];
        require(chain.lastEpoch != 0 || chain.nextEpoch != 0, AuditNoChain(validator));
        delete chains[validator];
        delete nextChains[validator];
        emit ChainDropped(validator, msg.sender);
    }

    /* SEEDS */

    /// @inheritdoc IAudits
    function fixSeed(
        uint256 blockNumber,
        bytes calldata parent,
        bytes calldata first
    ) external returns (uint256 epoch, bytes32 seed) {
        Memory.Slice[] memory fields = PastBlocks.fieldsOf(blockNumber, first);
        bytes32 parentHash = fields.getParentHash();
        require(keccak256(parent) == parentHash, AuditNotParent(parentHash, keccak256(parent)));
        uint256 parentTimestamp = BlockHeader.getTimestamp(parent);
        epoch = fields.getTimestamp() / epochLength;
        require(parentTimestamp / epochLength < epoch, AuditNotFirstBlock(epoch, parentTimestamp));
        seed = seeds[epoch];
        if (seed != 0) return (epoch, seed);
        bytes32 prevRandao = fields.getPrevRandao();
        seed = Assignments.seedFrom(block.chainid, address(this), epoch, prevRandao);
        seeds[epoch] = seed;
        emit SeedFixed(epoch, seed, epoch * epochLength, blockNumber, prevRandao);
    }

    /* REPORTS */

    /// @inheritdoc IAudits
    function report(uint256 epoch, bytes32 preimage, Row[] calldata rows) external {
        _requireActiveValidator(msg.sender);
        uint256 reportable = currentEpoch() - 1;
        require(epoch == reportable, AuditWrongEpoch(reportable, epoch));
        require(rows.length <= MAX_ROWS, AuditTooManyRows(MAX_ROWS, rows.length));
        bytes32 seed = seeds[epoch];
        require(seed != 0, AuditSeedUnknown(epoch));
        Chain storage chain = _reveal(epoch, preimage);
        address cursor = chain.cursor;
        for (uint256 i = 0; i < rows.length; ++i) {
            Row calldata row = rows[i];
            require(row.executor > cursor, AuditRowOrder(cursor, row.executor));
            cursor = row.executor;
            require(Assignments.isAssigned(seed, preimage, cursor, odds), AuditNotAssigned(msg.sender, epoch, cursor));
            _requireExecutorAt(epoch, cursor);
            _requireConsistent(row);
            _emitAudited(epoch, row);
        }
        chain.cursor = cursor;
    }

    /* VIEWS */

    /// @inheritdoc IAudits
    function currentEpoch() public view returns (uint256) {
        return block.timestamp / epochLength;
    }

    /// @inheritdoc IAudits
    function isAssigned(uint256 epoch, bytes32 preimage, address executor) external view returns (bool) {
        bytes32 seed = seeds[epoch];
        return seed != 0 && Assignments.isAssigned(seed, preimage, executor, odds);
    }

    /* INTERNAL */

    /// @dev The chain that covers `epoch`, the newest that can still be reported. From a next chain's first epoch on, nobody
    /// needs the chain before it any more. The choice follows from the epoch alone: a chain registered now starts later.
    function _chainAt(address validator, uint256 epoch) private returns (Chain storage chain) {
        chain = chains[validator];
        uint32 nextEpoch = chain.nextEpoch;
        if (nextEpoch == 0 || epoch < nextEpoch) return chain;
        NextChain storage next = nextChains[validator];
        chains[validator] = Chain({
            head: next.tip,
            headEpoch: nextEpoch - 1,
            lastEpoch: next.lastEpoch,
            nextEpoch: 0,
            cursor: address(0)
        });
        delete nextChains[validator];
    }

    /// @dev Moves the caller's chain to `epoch`, or finds it there, with the same preimage.
    function _reveal(uint256 epoch, bytes32 preimage) private returns (Chain storage chain) {
        chain = _chainAt(msg.sender, epoch);
        require(epoch <= chain.lastEpoch, AuditEpochNotCovered(msg.sender, epoch));
        // A chain in force starts before the epoch in question, and only past epochs are revealed: no underflow.
        uint256 steps = epoch - chain.headEpoch;
        require(Assignments.walkBack(msg.sender, preimage, steps) == chain.head, AuditWrongPreimage(msg.sender, epoch));
        if (steps == 0) return chain;
        chain.head = preimage;
        chain.headEpoch = uint32(epoch); // Not above `lastEpoch`.
        chain.cursor = address(0);
        emit PreimageRevealed(msg.sender, epoch, preimage);
    }

    function _emitAudited(uint256 epoch, Row calldata row) private {
        emit ExecutorAudited(
            msg.sender,
            row.executor,
            epoch,
            epoch * epochLength,
            row.model,
            row.weightsHash,
            row.evidence,
            row.outcome,
            row.canaries,
            row.unanswered,
            row.structureFailures,
            row.countFailures,
            row.traceFailures,
            row.crossFailures,
            row.logLikelihood
        );
    }

    function _requireActiveValidator(address account) private view {
        (IStakeRegistry.Role role, ) = _roleOf(account);
        require(
            role == IStakeRegistry.Role.Validator && IStakeRegistry(stakeRegistry).isActive(account),
            AuditNotActiveValidator(account)
        );
    }

    /// @dev Asks for the role and not for activity: nobody escapes a report by leaving.
    function _requireExecutorAt(uint256 epoch, address account) private view {
        (IStakeRegistry.Role role, uint256 registeredAt) = _roleOf(account);
        require(role == IStakeRegistry.Role.Executor, AuditNotExecutor(account));
        uint256 firstEpoch = registeredAt / epochLength + LOOKAHEAD;
        require(epoch >= firstEpoch, AuditExecutorTooNew(account, firstEpoch));
    }

    /// @dev Both are written once, by `register`, and never change.
    function _roleOf(address account) private view returns (IStakeRegistry.Role role, uint256 registeredAt) {
        (role, , , , , , , registeredAt) = IStakeRegistry(stakeRegistry).members(account);
    }

    /// @dev No failure without an answer, and "unanswered" exactly if there was none.
    function _requireConsistent(Row calldata row) private pure {
        uint8 outcome = row.outcome;
        require(outcome >= OUTCOME_PASSED && outcome <= OUTCOME_LAST, AuditUnknownOutcome(row.executor, outcome));
        (uint256 canaries, uint256 unanswered) = (row.canaries, row.unanswered);
        require(canaries != 0 && unanswered <= canaries, AuditInconsistentCounts(row.executor));
        uint256 answered = canaries - unanswered;
        require(
            (outcome == OUTCOME_UNANSWERED) == (answered == 0) &&
                row.structureFailures <= answered &&
                row.countFailures <= answered &&
                row.traceFailures <= answered &&
                row.crossFailures <= answered,
            AuditInconsistentCounts(row.executor)
        );
    }

    function _requireWithin(bytes32 name, uint256 minimum, uint256 maximum, uint256 asked) private pure {
        require(asked >= minimum && asked <= maximum, AuditParameterOutOfRange(name, minimum, maximum, asked));
    }
}
