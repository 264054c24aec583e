// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "../../escrow/IAccountingV2.sol";

/// @title EquivocationDisputes: faults that two signatures prove, and no judge has to weigh
/// @notice Anyone brings the proof, in one transaction. It names who signed twice; that executor is slashed at once.
/// @dev Signatures are those of AccountingV2's domain. The rules of session signers are AccountingV2's as well: a response
/// may be signed by one, an offer never is. Who steals an executor's session key can therefore have its stake slashed,
/// fault by fault, and be client and reporter of each.
/// @dev Priority. Whoever sees a proof on its way can copy it and be first. A reporter that commits to its proof at least
/// one block before gets the reporter's share at once. Without a commitment the share waits for `PRIORITY_WINDOW`, in
/// which whoever committed before the proof was mined takes it by sending a proof of the same fault.
interface IEquivocationDisputes {
    /* TYPES */

    /// @notice What an executor signs to offer a model; EIP-712 type `ModelOffer`.
    /// @param offerId Chosen by the executor, another one for every offer that it signs.
    /// @param model keccak256 of the model's name (the signed type holds the string; EIP-712 encodes it by this hash).
    /// @param inboundPrice Base units per 1 000 000 prompt tokens.
    /// @param outboundPrice Base units per 1 000 000 answer tokens.
    /// @param maxContext Tokens.
    /// @param validUntil Unix seconds.
    struct ModelOffer {
        address executor;
        uint64 offerId;
        bytes32 model;
        bytes32 weightsHash;
        bytes32 profileHash;
        uint96 inboundPrice;
        uint96 outboundPrice;
        uint32 maxContext;
        uint40 validUntil;
    }

    /// @notice Two responses to one request. They differ in anything but `timestamp`, which an honest retry may change.
    struct ResponseProof {
        IAccountingV2.LlmRequestCommitment request;
        IAccountingV2.LlmResponseCommitment first;
        IAccountingV2.LlmResponseCommitment second;
        IAccountingV2.CompactSignature firstSignature;
        IAccountingV2.CompactSignature secondSignature;
    }

    /// @notice Two different offers with one id.
    struct OfferProof {
        ModelOffer first;
        ModelOffer second;
        IAccountingV2.CompactSignature firstSignature;
        IAccountingV2.CompactSignature secondSignature;
    }

    /// @notice A reporter's share that waits for somebody with priority.
    /// @param reporter Who brought the proof; zero if nothing waits.
    /// @param amount The share.
    /// @param provenAt Block number of the proof. Only earlier commitments have priority.
    /// @param payableAt When the share goes to `reporter`.
    struct Report {
        address reporter;
        uint96 amount;
        uint48 provenAt;
        uint48 payableAt;
    }

    /* ERRORS */

    error DisputeZeroAddress();
    error DisputeNotResponsesToRequest(bytes32 requestHash);
    error DisputeNotOffersOfOneId();
    error DisputeSameStatement();
    error DisputeEvidenceTooOld(uint256 until, uint256 timestamp);
    error DisputeAlreadyProven(bytes32 id);
    error DisputeAlreadyCommitted(bytes32 commitment);
    error DisputeNothingPending(bytes32 id);
    error DisputePriorityPending(uint256 payableAt, uint256 timestamp);

    /* EVENTS */

    event ReportCommitted(bytes32 indexed commitment, address indexed sender);

    /// @param id Of the fault: one per executor and request.
    /// @param refunded Of the tail, from the escrow to the client.
    /// @param slashed Taken from the executor's stake.
    event EquivocationProven(
        bytes32 indexed id,
        address indexed executor,
        address indexed client,
        bytes32 requestHash,
        address reporter,
        uint256 refunded,
        uint256 slashed
    );

    /// @param id Of the fault: one per executor and offer id.
    event OfferEquivocationProven(
        bytes32 indexed id,
        address indexed executor,
        uint64 offerId,
        address reporter,
        uint256 slashed
    );

    /// @notice A reporter without commitment brought the proof: its share waits. Once more for the same fault: somebody with
    /// priority took the share, which waits for earlier claims on the stake.
    event ReportPending(bytes32 indexed id, address indexed reporter, uint256 amount, uint256 payableAt);
    /// @notice The share that waited was paid: to who brought the proof, or to who had priority.
    event ReportPaid(bytes32 indexed id, address indexed reporter, uint256 amount);

    /* ACTIONS */

    /// @notice Notes that the caller of a later proof has it already. Anyone may send the commitment.
    /// @param commitment `reportCommitment` of the reporter, a secret number, and the digests of the two statements.
    function commitReport(bytes32 commitment) external;

    /// @notice Proves that an executor signed two different responses to one request. The evidence is good until 7 days
    /// after the request's deadline. Slashes half the stake, at least the executors' minimum, and jails; an executor
    /// without stake is jailed all the same. Refunds the tail that the request's answer left, as far as it has not matured.
    /// Of the slash 30 % go to the reporter, up to 30 % to the client (twice the answer's cost), the rest to the treasury.
    /// @param salt The secret number of the commitment; any, without one.
    function proveEquivocation(ResponseProof calldata proof, bytes32 salt) external;

    /// @notice Proves that an executor signed two different offers with one id. Both count until 7 days after they end.
    /// Slashes a tenth of the executors' minimum, of which 30 % go to the reporter and the rest to the treasury.
    function proveOfferEquivocation(OfferProof calldata proof, bytes32 salt) external;

    /// @notice Pays a share that has waited long enough. Anyone. What of it waits in the stake registry for earlier claims is
    /// paid with it, so that these have to be over.
    function payReport(bytes32 id) external;

    /* VIEWS */

    function accounting() external view returns (address);
    function stakeRegistry() external view returns (address);

    /// @notice Block in which a commitment was made, or zero.
    function commitments(bytes32 commitment) external view returns (uint256 blockNumber);

    /// @notice The share that waits under an id.
    function reports(
        bytes32 id
    ) external view returns (address reporter, uint96 amount, uint48 provenAt, uint48 payableAt);

    /// @param first Digest of the first statement in the proof.
    /// @param second Digest of the second.
    function reportCommitment(
        address reporter,
        bytes32 salt,
        bytes32 first,
        bytes32 second
    ) external pure returns (bytes32);

    /// @notice EIP-712 digest of an offer.
    function hashOffer(ModelOffer calldata offer) external view returns (bytes32);

    function equivocationId(address executor, bytes32 requestHash) external pure returns (bytes32);
    function offerEquivocationId(address executor, uint64 offerId) external pure returns (bytes32);
}
