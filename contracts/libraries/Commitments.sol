// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "../escrow/IAccountingV2.sol";
import {IEquivocationDisputes} from "../disputes/equivocation/IEquivocationDisputes.sol";

/// @title Commitments: EIP-712 struct hashes of what clients, executors and session signers sign
/// @dev The structs in calldata have the members of the signed types in the same order, a word each, and their model is
/// already the hash that EIP-712 puts in the place of a string. So their calldata is their EIP-712 encoding, and is copied
/// as it stands: 1 000 gas less per struct than encoding member by member. The copy does not refuse bits above a member's
/// width. Nobody gains by them: no EIP-712 signer signs such a word, and reading the member in Solidity refuses it, by a
/// revert; `fits` tells before.
library Commitments {
    bytes32 internal constant REQUEST_TYPEHASH = keccak256(
        "LlmRequestCommitment(address client,address executor,string model,bytes32 promptHash,bytes32 paramsHash,uint32 maxInboundTokens,uint32 maxOutboundTokens,uint96 inboundPrice,uint96 outboundPrice,uint64 lane,uint32 nonce,uint96 ackedCost,uint96 costCap,bytes32 prevResponseHash,uint40 deadline)"
    );
    bytes32 internal constant RESPONSE_TYPEHASH = keccak256(
        "LlmResponseCommitment(bytes32 requestHash,bytes32 contentHash,bytes32 deliveryHash,bytes32 traceRoot,uint32 inboundTokens,uint32 outboundTokens,uint96 cumulativeCost,uint64 cumulativeInbound,uint64 cumulativeOutbound,uint40 timestamp,uint8 finishReason)"
    );
    bytes32 internal constant OFFER_TYPEHASH = keccak256(
        "ModelOffer(address executor,uint64 offerId,string model,bytes32 weightsHash,bytes32 profileHash,uint96 inboundPrice,uint96 outboundPrice,uint32 maxContext,uint40 validUntil)"
    );
    bytes32 internal constant ALLOCATION_TYPEHASH = keccak256(
        "Allocation(address client,address executor,uint96 amount,uint256 nonce,uint40 deadline)"
    );
    bytes32 internal constant UNLOCK_TYPEHASH = keccak256(
        "Unlock(address client,address executor,uint96 amount,uint256 nonce,uint40 deadline)"
    );
    bytes32 internal constant WITHDRAWAL_TYPEHASH = keccak256(
        "Withdrawal(address client,address to,uint256 amount,uint256 nonce,uint40 deadline)"
    );
    bytes32 internal constant SIGNER_AUTHORIZATION_TYPEHASH = keccak256(
        "SignerAuthorization(address principal,address signer,uint40 deadline,uint256 nonce)"
    );
    bytes32 internal constant RESPONSE_ACK_TYPEHASH = keccak256(
        "ResponseAck(bytes32 requestHash,bytes32 responseHash)"
    );

    uint256 private constant REQUEST_LENGTH = 15 * 32;
    uint256 private constant RESPONSE_LENGTH = 11 * 32;
    uint256 private constant OFFER_LENGTH = 9 * 32;

    /// @notice Struct hash of a request.
    function hashStruct(IAccountingV2.LlmRequestCommitment calldata request) internal pure returns (bytes32) {
        uint256 offset;
        assembly ("memory-safe") {
            offset := request
        }
        return _hashWords(REQUEST_TYPEHASH, offset, REQUEST_LENGTH);
    }

    /// @notice Struct hash of a response.
    function hashStruct(IAccountingV2.LlmResponseCommitment calldata response) internal pure returns (bytes32) {
        uint256 offset;
        assembly ("memory-safe") {
            offset := response
        }
        return _hashWords(RESPONSE_TYPEHASH, offset, RESPONSE_LENGTH);
    }

    /// @notice Whether every word of a request fits the member that it stands for.
    function fits(IAccountingV2.LlmRequestCommitment calldata request) internal pure returns (bool fit) {
        // Reads words of calldata at the members' offsets. Words of one width are checked together.
        assembly ("memory-safe") {
            let wide := shr(160, or(calldataload(request), calldataload(add(request, 0x20))))
            let prices := or(calldataload(add(request, 0xe0)), calldataload(add(request, 0x100)))
            let costs := or(calldataload(add(request, 0x160)), calldataload(add(request, 0x180)))
            wide := or(wide, shr(96, or(prices, costs)))
            let limits := or(calldataload(add(request, 0xa0)), calldataload(add(request, 0xc0)))
            wide := or(wide, shr(32, or(limits, calldataload(add(request, 0x140)))))
            wide := or(wide, shr(64, calldataload(add(request, 0x120))))
            wide := or(wide, shr(40, calldataload(add(request, 0x1c0))))
            fit := iszero(wide)
        }
    }

    /// @notice Whether every word of a response fits the member that it stands for.
    function fits(IAccountingV2.LlmResponseCommitment calldata response) internal pure returns (bool fit) {
        assembly ("memory-safe") {
            let wide := shr(32, or(calldataload(add(response, 0x80)), calldataload(add(response, 0xa0))))
            wide := or(wide, shr(96, calldataload(add(response, 0xc0))))
            wide := or(wide, shr(64, or(calldataload(add(response, 0xe0)), calldataload(add(response, 0x100)))))
            wide := or(wide, shr(40, calldataload(add(response, 0x120))))
            wide := or(wide, shr(8, calldataload(add(response, 0x140))))
            fit := iszero(wide)
        }
    }

    /// @notice Struct hash of an offer.
    function hashStruct(IEquivocationDisputes.ModelOffer calldata offer) internal pure returns (bytes32) {
        uint256 offset;
        assembly ("memory-safe") {
            offset := offer
        }
        return _hashWords(OFFER_TYPEHASH, offset, OFFER_LENGTH);
    }

    /// @notice Struct hash of the gasless funding of a channel.
    function hashAllocation(
        address client,
        address executor,
        uint96 amount,
        uint256 nonce,
        uint40 deadline
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(ALLOCATION_TYPEHASH, client, executor, amount, nonce, deadline));
    }

    /// @notice Struct hash of a request for money of a channel, for anyone to send.
    function hashUnlock(
        address client,
        address executor,
        uint96 amount,
        uint256 nonce,
        uint40 deadline
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(UNLOCK_TYPEHASH, client, executor, amount, nonce, deadline));
    }

    /// @notice Struct hash of a withdrawal of free deposit, for anyone to send.
    function hashWithdrawal(
        address client,
        address to,
        uint256 amount,
        uint256 nonce,
        uint40 deadline
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(WITHDRAWAL_TYPEHASH, client, to, amount, nonce, deadline));
    }

    /// @notice Struct hash of a session signer's proof of possession.
    function hashSignerAuthorization(
        address principal,
        address signer,
        uint40 deadline,
        uint256 nonce
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(SIGNER_AUTHORIZATION_TYPEHASH, principal, signer, deadline, nonce));
    }

    /// @notice Struct hash of a client's acknowledgement of one response.
    function hashResponseAck(bytes32 requestHash, bytes32 responseHash) internal pure returns (bytes32) {
        return keccak256(abi.encode(RESPONSE_ACK_TYPEHASH, requestHash, responseHash));
    }

    /// @dev Hashes a type hash with the `length` bytes of calldata at `offset`.
    function _hashWords(bytes32 typeHash, uint256 offset, uint256 length) private pure returns (bytes32 structHash) {
        // Writes behind the free memory pointer and leaves it there: scratch space, read once by the hash.
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, typeHash)
            calldatacopy(add(start, 0x20), offset, length)
            structHash := keccak256(start, add(length, 0x20))
        }
    }
}
