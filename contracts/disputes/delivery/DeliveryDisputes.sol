// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IAccountingV2} from "../../escrow/IAccountingV2.sol";
import {IDeliveryDisputes} from "./IDeliveryDisputes.sol";
import {IStakeRegistry} from "../../stake/IStakeRegistry.sol";
import {Commitments} from "../../libraries/Commitments.sol";
import {Statements} from "../../libraries/Statements.sol";
import {DeliveryTree} from "./DeliveryTree.sol";
import {RevealGas} from "./RevealGas.sol";
import {Tails} from "../../libraries/Tails.sol";

/// @title DeliveryDisputes
/// @dev Immutable: no owner, no pause, no proxy. It holds bonds and nothing else: tails wait in AccountingV2, stake and
/// shares of slashes in the stake registry. These two are all that it calls, and the payment token when an executor concedes.
contract DeliveryDisputes is IDeliveryDisputes, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using Commitments for IAccountingV2.LlmRequestCommitment;
    using Commitments for IAccountingV2.LlmResponseCommitment;

    /* CONSTANTS */

    /// @notice How long after a request's deadline its answer can be disputed: 48 hours longer than it can be settled, so
    /// that a settlement on the last second leaves the client time.
    uint256 public constant CHALLENGE_WINDOW = 72 hours;
    /// @notice How long an executor has to answer a dispute.
    uint256 public constant REVEAL_WINDOW = 12 hours;
    /// @notice Chunks of 4 KiB that one transaction can reveal: about 1.4 million gas.
    uint256 public constant CHUNKS_PER_REVEAL = 8;
    /// @notice Chunks of the longest answer that can be revealed.
    uint256 public constant MAX_CHUNKS = 256;
    /// @notice Basis points of the penalty for whoever ends a dispute that nobody answered.
    uint256 public constant REPORTER_SHARE = 1_000;
    /// @notice Basis points of the penalty for the client.
    uint256 public constant VICTIM_SHARE = 4_000;
    /// @notice The penalty is so many times what the answer was to cost, if that is more than its floor.
    uint256 public constant PENALTY_COSTS = 5;
    /// @notice The penalty's floor is one of so many parts of the executors' minimum stake.
    uint256 public constant FLOOR_DIVISOR = 100;
    /// @notice Seconds within which strikes count together.
    uint256 public constant STRIKE_WINDOW = 30 days;
    /// @notice The most gas that a reveal is paid for, whatever its length.
    uint256 public constant REVEAL_GAS = 200_000;
    /// @notice The most that it is paid for each byte: 40 for calldata (EIP-7623), the rest for proofs and further transactions.
    uint256 public constant REVEAL_GAS_PER_BYTE = 50;
    /// @notice Bytes that a bond allows for each token. Text has 4 to 5.
    uint256 public constant BYTES_PER_TOKEN = 8;

    /// @dev So many times the gas at the base fee of the opening: until the reveal the base fee can rise.
    uint256 private constant BOND_FACTOR = 2;
    uint256 private constant DEFAULT_HALVES = 2;
    uint256 private constant CONCESSION_HALVES = 1;
    uint256 private constant MAX_FLAT_BOND = 1 ether;
    /// @dev Gas of a storage slot that is written and warm: the first time, and again.
    uint256 private constant NEW_SLOT = 20_000;
    uint256 private constant OLD_SLOT = 2_900;
    /// @dev Gas of crediting a bond, beyond its slot: the event.
    uint256 private constant CREDIT_GAS = 1_800;
    /// @dev Gas of a delivery's end that its measurement leaves out: to unfreeze stake, at the least, and the last event; less
    /// what the transaction gets back for slots that it clears. Measured, less a sixth, since more than all must never be paid.
    uint256 private constant END_GAS = 12_000;

    bytes32 private constant CONSENT_TYPEHASH = keccak256("DeliveryConsent(address opener,bytes32 responseHash)");
    bytes32 private constant CONCESSION_TYPEHASH = keccak256("DeliveryConcession(bytes32 id)");

    /* IMMUTABLES */

    /// @inheritdoc IDeliveryDisputes
    address public immutable override accounting;
    /// @inheritdoc IDeliveryDisputes
    address public immutable override stakeRegistry;
    /// @inheritdoc IDeliveryDisputes
    uint256 public immutable override flatBond;

    address private immutable _paymentToken;

    /* STORAGE */

    /// @inheritdoc IDeliveryDisputes
    mapping(bytes32 id => Delivery) public override deliveries;
    /// @inheritdoc IDeliveryDisputes
    mapping(bytes32 id => mapping(uint256 chunkCount => uint256 bits)) public override revealedChunks;
    /// @inheritdoc IDeliveryDisputes
    mapping(address executor => uint256) public override forcedReveals;
    /// @inheritdoc IDeliveryDisputes
    mapping(address account => uint256) public override bondsOf;

    /// @dev By Tails.keyOf.
    mapping(bytes32 tail => bytes32 id) private _disputes;
    /// @dev Wei that chunks shown under this count are paid for, once all of them are shown.
    mapping(bytes32 id => mapping(uint256 chunkCount => uint256)) private _spent;

    /* CONSTRUCTOR */

    /// @param accounting_ Whose tails are disputed. Its stake registry has to name this contract a judge of stake and tails.
    /// @param flatBond_ Wei of every bond, so that none is nothing where gas is nearly free: what a client loses that had
    /// acknowledged the answer, and what is there if base fees more than double until the reveal.
    constructor(address accounting_, uint256 flatBond_) {
        require(accounting_ != address(0), DeliveryZeroAddress());
        require(
            flatBond_ != 0 && flatBond_ <= MAX_FLAT_BOND,
            DeliveryParameterOutOfRange("flatBond", 1, MAX_FLAT_BOND, flatBond_)
        );
        accounting = accounting_;
        stakeRegistry = IAccountingV2(accounting_).stakeRegistry();
        _paymentToken = IAccountingV2(accounting_).paymentToken();
        flatBond = flatBond_;
    }

    /* CLIENT */

    /// @inheritdoc IDeliveryDisputes
    function open(IAccountingV2.SignedPair calldata pair) external payable nonReentrant returns (bytes32 id) {
        _requireClient(pair.request.client);
        return _openOver(pair);
    }

    /// @inheritdoc IDeliveryDisputes
    function openFor(
        IAccountingV2.SignedPair calldata pair,
        IAccountingV2.CompactSignature calldata consent
    ) external payable nonReentrant returns (bytes32 id) {
        bytes32 consentHash = hashConsent(msg.sender, _hashOf(pair.response));
        _requireSigned(pair.request.client, type(uint40).max, consentHash, consent);
        return _openOver(pair);
    }

    /// @inheritdoc IDeliveryDisputes
    function cancel(bytes32 id) external nonReentrant {
        Delivery storage delivery = _answerable(id);
        _requireClient(delivery.client);
        require(!delivery.revealing, DeliveryRevealing(id));
        _closeForExecutor(id, State.Cancelled, 0);
    }

    /* EXECUTOR */

    /// @inheritdoc IDeliveryDisputes
    function reveal(
        IAccountingV2.LlmResponseCommitment calldata response,
        bytes calldata answer
    ) external nonReentrant {
        uint256 gasBefore = gasleft();
        bytes32 id = _hashOf(response);
        _answerable(id);
        uint256 maximum = CHUNKS_PER_REVEAL * DeliveryTree.CHUNK_BYTES;
        require(answer.length <= maximum, DeliveryTooManyBytes(maximum, answer.length));
        require(DeliveryTree.rootOf(answer) == response.deliveryHash, DeliveryWrongBytes(response.deliveryHash));
        emit AnswerRevealed(id, 0, Math.ceilDiv(answer.length, DeliveryTree.CHUNK_BYTES), answer);
        _closeAsDelivered(id, gasBefore, REVEAL_GAS_PER_BYTE * answer.length, 0);
    }

    /// @inheritdoc IDeliveryDisputes
    function revealChunks(
        IAccountingV2.LlmResponseCommitment calldata response,
        uint256 chunkCount,
        Chunk[] calldata chunks
    ) external nonReentrant {
        uint256 gasBefore = gasleft();
        bytes32 id = _hashOf(response);
        Delivery storage delivery = _answerable(id);
        require(chunkCount != 0 && chunkCount <= MAX_CHUNKS, DeliveryChunkCount(1, MAX_CHUNKS, chunkCount));
        require(
            chunks.length != 0 && chunks.length <= CHUNKS_PER_REVEAL,
            DeliveryChunkCount(1, CHUNKS_PER_REVEAL, chunks.length)
        );
        uint256 bits = revealedChunks[id][chunkCount];
        uint256 gasForBytes = 0;
        for (uint256 i = 0; i < chunks.length; ++i) {
            Chunk calldata chunk = chunks[i];
            require(
                DeliveryTree.contains(response.deliveryHash, chunkCount, chunk.index, chunk.data, chunk.proof),
                DeliveryWrongChunk(response.deliveryHash, chunk.index)
            );
            uint256 bit = 1 << chunk.index;
            if (bits & bit == 0) gasForBytes += REVEAL_GAS_PER_BYTE * chunk.data.length;
            bits |= bit;
            emit AnswerRevealed(id, chunk.index, chunkCount, chunk.data);
        }
        revealedChunks[id][chunkCount] = bits;
        delivery.revealing = true;
        uint256 spent = _spent[id][chunkCount];
        if (bits == type(uint256).max >> (MAX_CHUNKS - chunkCount)) {
            _closeAsDelivered(id, gasBefore, gasForBytes, spent);
        } else {
            uint256 used = RevealGas.used(gasBefore, spent == 0 ? NEW_SLOT : OLD_SLOT);
            _spent[id][chunkCount] = spent + Math.min(used, gasForBytes) * RevealGas.price();
        }
    }

    /// @inheritdoc IDeliveryDisputes
    function rebutByRequest(
        IAccountingV2.LlmResponseCommitment calldata response,
        IAccountingV2.LlmRequestCommitment calldata later,
        IAccountingV2.CompactSignature calldata signature
    ) external nonReentrant {
        bytes32 id = _hashOf(response);
        Delivery storage delivery = _answerable(id);
        bool sameLane =
            later.client == delivery.client &&
                later.executor == delivery.executor &&
                later.lane == delivery.lane &&
                later.nonce > delivery.nonce;
        bool acknowledges = later.prevResponseHash == id || later.ackedCost >= response.cumulativeCost;
        require(sameLane && acknowledges, DeliveryNotAcknowledgement());
        _requireSigned(later.client, later.deadline, _digestOf(later.hashStruct()), signature);
        _closeAsRejected(id);
    }

    /// @inheritdoc IDeliveryDisputes
    function rebutByAck(
        IAccountingV2.LlmRequestCommitment calldata request,
        IAccountingV2.LlmResponseCommitment calldata response,
        IAccountingV2.CompactSignature calldata signature
    ) external nonReentrant {
        bytes32 id = _hashOf(response);
        _answerable(id);
        bytes32 requestHash = _digestOf(request.hashStruct());
        require(response.requestHash == requestHash, DeliveryNotResponseToRequest(requestHash));
        bytes32 ack = _digestOf(Commitments.hashResponseAck(requestHash, id));
        _requireSigned(request.client, request.deadline, ack, signature);
        _closeAsRejected(id);
    }

    /// @inheritdoc IDeliveryDisputes
    function concede(bytes32 id) external nonReentrant {
        address executor = _answerable(id).executor;
        require(msg.sender == executor, DeliveryNotExecutor(executor, msg.sender));
        _concede(id, executor);
    }

    /// @inheritdoc IDeliveryDisputes
    function concedeFor(bytes32 id, IAccountingV2.CompactSignature calldata consent) external nonReentrant {
        address executor = _answerable(id).executor;
        Statements.requireSigned(accounting, executor, type(uint40).max, hashConcession(id), consent);
        _concede(id, executor);
    }

    /* ANYONE */

    /// @inheritdoc IDeliveryDisputes
    function poke(bytes32 id) external nonReentrant {
        uint256 revealBy = _opened(id).revealBy;
        require(block.timestamp > revealBy, DeliveryTooEarly(revealBy, block.timestamp));
        (Delivery memory ended, uint256 refunded) = _closeForClient(id, State.Defaulted, DEFAULT_HALVES);
        IStakeRegistry.Payout memory payout = _slash(id, ended, ended.paid - refunded);
        emit DeliveryClosed({
            id: id,
            client: ended.client,
            executor: ended.executor,
            state: State.Defaulted,
            by: msg.sender,
            released: 0,
            refunded: refunded,
            repaid: payout.restituted,
            slashed: payout.restituted + payout.reporter + payout.victim + payout.treasury + payout.waiting
        });
    }

    /// @inheritdoc IDeliveryDisputes
    function withdrawBonds(address to) external nonReentrant returns (uint256 amount) {
        require(to != address(0), DeliveryZeroAddress());
        amount = bondsOf[msg.sender];
        require(amount != 0, DeliveryNothingCredited(msg.sender));
        bondsOf[msg.sender] = 0;
        emit BondsWithdrawn(msg.sender, to, amount);
        Address.sendValue(payable(to), amount);
    }

    /* VIEWS */

    /// @inheritdoc IDeliveryDisputes
    function bondFor(uint32 outboundTokens) public view returns (uint256 bond) {
        return BOND_FACTOR * _revealCost(_bytesOf(outboundTokens)) + flatBond;
    }

    /// @inheritdoc IDeliveryDisputes
    function hashConsent(address opener, bytes32 responseHash) public view returns (bytes32) {
        return _digestOf(keccak256(abi.encode(CONSENT_TYPEHASH, opener, responseHash)));
    }

    /// @inheritdoc IDeliveryDisputes
    function hashConcession(bytes32 id) public view returns (bytes32) {
        return _digestOf(keccak256(abi.encode(CONCESSION_TYPEHASH, id)));
    }

    /* INTERNAL: EVIDENCE */

    function _digestOf(bytes32 structHash) private view returns (bytes32) {
        return Statements.digestOf(IAccountingV2(accounting).domainSeparator(), structHash);
    }

    /// @dev A response's digest is the id of the dispute about it, so that whoever brings the response of a dispute brings
    /// what the dispute is about. It names the request in the same way.
    function _hashOf(IAccountingV2.LlmResponseCommitment calldata response) private view returns (bytes32) {
        return _digestOf(response.hashStruct());
    }

    function _requireSigned(
        address principal,
        uint40 deadline,
        bytes32 digest,
        IAccountingV2.CompactSignature calldata signature
    ) private view {
        Statements.requireSigned(accounting, principal, deadline, digest, signature);
    }

    /// @dev A revoked signer disputes nothing and cancels nothing: no work hangs on that.
    function _requireClient(address client) private view {
        bool counts = IAccountingV2(accounting).maySignFor(client, msg.sender, type(uint40).max);
        require(counts, DeliveryNotClient(client, msg.sender));
    }

    /* INTERNAL: OPENING */

    function _openOver(IAccountingV2.SignedPair calldata pair) private returns (bytes32 id) {
        IAccountingV2.LlmRequestCommitment calldata request = pair.request;
        bytes32 requestHash = _digestOf(request.hashStruct());
        require(pair.response.requestHash == requestHash, DeliveryNotResponseToRequest(requestHash));
        uint256 until = request.deadline + CHALLENGE_WINDOW;
        require(block.timestamp <= until, DeliveryTooLate(until, block.timestamp));
        id = _hashOf(pair.response);
        _requireSigned(request.client, request.deadline, requestHash, pair.clientSignature);
        _requireSigned(request.executor, request.deadline, id, pair.executorSignature);
        uint256 bond = bondFor(pair.response.outboundTokens);
        require(msg.value >= bond, DeliveryBondTooSmall(bond, msg.value));
        _open(id, pair, bond);
        _credit(id, msg.sender, msg.value - bond);
    }

    function _open(bytes32 id, IAccountingV2.SignedPair calldata pair, uint256 bond) private {
        IAccountingV2.LlmRequestCommitment calldata request = pair.request;
        uint256 cumulativeCost = pair.response.cumulativeCost;
        Delivery memory delivery = Delivery({
            opener: msg.sender,
            revealBy: uint40(block.timestamp + REVEAL_WINDOW), // Fits for 34 000 years.
            nonce: request.nonce,
            state: State.Open,
            revealing: false,
            client: request.client,
            paid: 0,
            executor: request.executor,
            penalty: 0,
            ackedCost: request.ackedCost,
            bond: uint96(bond), // All the ether there is fits.
            lane: request.lane
        });
        _claimNonce(request, id);
        (uint256 paid, uint256 held) = IAccountingV2(accounting).holdTail(_tailOf(delivery));
        (uint256 laneCost, , , ) = IAccountingV2(accounting).lanes(request.client, request.executor, request.lane);
        require(laneCost <= cumulativeCost, DeliveryNotSettled(laneCost, cumulativeCost));
        // There is a tail: `ackedCost` is below the lane's cost.
        uint256 penalty = _penaltyFor(laneCost - request.ackedCost);
        delivery.paid = uint96(paid); // Not above the lane's cost.
        delivery.penalty = uint96(penalty); // Cut to fit.
        deliveries[id] = delivery;
        IStakeRegistry(stakeRegistry).freeze(id, request.executor, penalty + paid - held);
        emit DeliveryOpened({
            id: id,
            client: request.client,
            executor: request.executor,
            requestHash: pair.response.requestHash,
            deliveryHash: pair.response.deliveryHash,
            lane: request.lane,
            nonce: request.nonce,
            opener: msg.sender,
            paid: paid,
            held: held,
            penalty: penalty,
            bond: bond,
            revealBy: delivery.revealBy
        });
    }

    /// @dev One dispute per nonce of a lane, whichever response to it the dispute is about.
    function _claimNonce(IAccountingV2.LlmRequestCommitment calldata request, bytes32 id) private {
        bytes32 key = Tails.keyOf(request.client, request.executor, request.lane, request.nonce);
        bytes32 other = _disputes[key];
        require(other == bytes32(0), DeliveryAlreadyDisputed(other));
        _disputes[key] = id;
    }

    /// @dev By what was paid for the answer, and not by what it was to cost, which two friends can write as they like: an executor
    /// could freeze all its stake for a dispute with itself that no money stands behind.
    function _penaltyFor(uint256 paid) private view returns (uint256) {
        uint256 minimum = IStakeRegistry(stakeRegistry).minimumStake(IStakeRegistry.Role.Executor);
        return Math.min(Math.max(PENALTY_COSTS * paid, minimum / FLOOR_DIVISOR), type(uint96).max);
    }

    /* INTERNAL: STATE */

    function _opened(bytes32 id) private view returns (Delivery storage delivery) {
        delivery = deliveries[id];
        require(delivery.state == State.Open, DeliveryNotOpen(id, delivery.state));
    }

    /// @dev Open, and its deadline has not passed: afterwards there is one way for it to end, however late.
    function _answerable(bytes32 id) private view returns (Delivery storage delivery) {
        delivery = _opened(id);
        require(block.timestamp <= delivery.revealBy, DeliveryTooLate(delivery.revealBy, block.timestamp));
    }

    /// @dev The one place where a dispute ends. Returns it as it was.
    function _end(bytes32 id, State state) private returns (Delivery memory ended) {
        Delivery storage delivery = deliveries[id];
        ended = delivery;
        delivery.state = state;
        delivery.bond = 0;
    }

    /* INTERNAL: ENDINGS */

    /// @dev The bond pays for the gas of the transactions that showed what was needed, and for nothing else: whoever withholds
    /// an answer until it is disputed earns nothing by it, whatever its bytes. Nor is that fined: nobody can tell it from an
    /// answer that came, and whose client says that it did not. The pay is the executor's, whoever sent them: else a client
    /// could copy a reveal on its way, be first, and leave the executor with the gas of its own.
    /// @param gasForBytes The most that this transaction is paid for, beyond `REVEAL_GAS`.
    /// @param spent Wei for transactions before this one.
    function _closeAsDelivered(bytes32 id, uint256 gasBefore, uint256 gasForBytes, uint256 spent) private {
        Delivery memory ended = _end(id, State.Delivered);
        ++forcedReveals[ended.executor];
        // How much storage this clears depends on other claims to the stake, and the transaction gets gas back for it.
        uint256 unfreezing = gasleft();
        IStakeRegistry(stakeRegistry).unfreeze(id);
        unfreezing -= gasleft();
        uint256 released = IAccountingV2(accounting).releaseTail(_tailOf(ended));
        uint256 returning = _gasOfCredit(ended.opener);
        uint256 used = RevealGas.used(gasBefore - unfreezing, END_GAS + _gasOfCredit(ended.executor) + returning);
        uint256 cost = spent + Math.min(used, REVEAL_GAS + gasForBytes) * RevealGas.price();
        // If all of the bond is spent, nothing is returned, and that costs no gas.
        if (cost >= ended.bond) cost = Math.min(ended.bond, Math.saturatingSub(cost, returning * RevealGas.price()));
        _credit(id, ended.executor, cost);
        _credit(id, ended.opener, ended.bond - cost);
        _emitWon(id, ended, State.Delivered, released);
    }

    function _gasOfCredit(address account) private view returns (uint256) {
        return CREDIT_GAS + (bondsOf[account] == 0 ? NEW_SLOT : OLD_SLOT);
    }

    /// @dev Bytes that a bond allows for an answer of so many tokens.
    function _bytesOf(uint32 outboundTokens) private pure returns (uint256) {
        return Math.min(outboundTokens * BYTES_PER_TOKEN, MAX_CHUNKS * DeliveryTree.CHUNK_BYTES);
    }

    function _revealCost(uint256 length) private view returns (uint256) {
        return (REVEAL_GAS + REVEAL_GAS_PER_BYTE * length) * block.basefee;
    }

    function _closeAsRejected(bytes32 id) private {
        IAccountingV2(accounting).countDispute(deliveries[id].client, deliveries[id].executor, false);
        _closeForExecutor(id, State.Rejected, deliveries[id].bond);
    }

    /// @param bondShare Of the bond, to the executor; the rest goes back.
    function _closeForExecutor(bytes32 id, State state, uint256 bondShare) private {
        Delivery memory ended = _end(id, state);
        _credit(id, ended.executor, bondShare);
        _credit(id, ended.opener, ended.bond - bondShare);
        IStakeRegistry(stakeRegistry).unfreeze(id);
        uint256 released = IAccountingV2(accounting).releaseTail(_tailOf(ended));
        _emitWon(id, ended, state, released);
    }

    function _emitWon(bytes32 id, Delivery memory ended, State state, uint256 released) private {
        emit DeliveryClosed(id, ended.client, ended.executor, state, msg.sender, released, 0, 0, 0);
    }

    /// @dev The caller pays what the escrow could not give back.
    function _concede(bytes32 id, address executor) private {
        (Delivery memory ended, uint256 refunded) = _closeForClient(id, State.Conceded, CONCESSION_HALVES);
        IStakeRegistry(stakeRegistry).unfreeze(id);
        uint256 repaid = ended.paid - refunded; // What was held is a part of what was paid.
        emit DeliveryClosed(id, ended.client, executor, State.Conceded, msg.sender, 0, refunded, repaid, 0);
        if (repaid == 0) return;
        IERC20(_paymentToken).safeTransferFrom(msg.sender, address(this), repaid);
        IERC20(_paymentToken).forceApprove(accounting, repaid);
        IAccountingV2(accounting).depositFor(ended.client, repaid);
    }

    function _closeForClient(
        bytes32 id,
        State state,
        uint256 halves
    ) private returns (Delivery memory ended, uint256 refunded) {
        ended = _end(id, state);
        _credit(id, ended.opener, ended.bond);
        refunded = IAccountingV2(accounting).refundTail(_tailOf(ended));
        IAccountingV2(accounting).countDispute(ended.client, ended.executor, true);
        IStakeRegistry.Offence offence = IStakeRegistry.Offence.Undelivered;
        IStakeRegistry(stakeRegistry).strike(ended.executor, offence, halves, STRIKE_WINDOW);
    }

    /// @param missing What of the tail the escrow could not give back.
    function _slash(
        bytes32 id,
        Delivery memory ended,
        uint256 missing
    ) private returns (IStakeRegistry.Payout memory payout) {
        payout = IStakeRegistry(stakeRegistry).slash(
            IStakeRegistry.Slash({
                id: id,
                member: ended.executor,
                offence: IStakeRegistry.Offence.Undelivered,
                restitution: missing,
                penalty: ended.penalty,
                reporter: msg.sender,
                victim: ended.client,
                jury: address(0),
                reporterShare: REPORTER_SHARE,
                victimShare: VICTIM_SHARE,
                juryShare: 0,
                victimLimit: type(uint256).max
            })
        );
    }

    function _tailOf(Delivery memory delivery) private pure returns (IAccountingV2.Tail memory) {
        return
            IAccountingV2.Tail({
                client: delivery.client,
                executor: delivery.executor,
                lane: delivery.lane,
                nonce: delivery.nonce,
                ackedCost: delivery.ackedCost
            });
    }

    /// @dev Nothing is sent: what an account can withdraw never depends on what another account does.
    function _credit(bytes32 id, address account, uint256 amount) private {
        if (amount == 0) return;
        bondsOf[account] += amount;
        emit BondCredited(account, id, amount);
    }
}
