// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Commitments} from "../../../contracts/libraries/Commitments.sol";
import {DeliveryDisputes} from "../../../contracts/disputes/delivery/DeliveryDisputes.sol";
import {Court} from "../support/Court.sol";
import {vm} from "../support/Vm.sol";

/// The signed types as they stand in the protocol, with the model's name as a string. The runner derives their type
/// hashes from these declarations, as the compiler sees them.
library SignedTypes {
    struct LlmRequestCommitment {
        address client;
        address executor;
        string model;
        bytes32 promptHash;
        bytes32 paramsHash;
        uint32 maxInboundTokens;
        uint32 maxOutboundTokens;
        uint96 inboundPrice;
        uint96 outboundPrice;
        uint64 lane;
        uint32 nonce;
        uint96 ackedCost;
        uint96 costCap;
        bytes32 prevResponseHash;
        uint40 deadline;
    }

    struct LlmResponseCommitment {
        bytes32 requestHash;
        bytes32 contentHash;
        bytes32 deliveryHash;
        bytes32 traceRoot;
        uint32 inboundTokens;
        uint32 outboundTokens;
        uint96 cumulativeCost;
        uint64 cumulativeInbound;
        uint64 cumulativeOutbound;
        uint40 timestamp;
        uint8 finishReason;
    }

    struct ModelOffer {
        address executor;
        uint64 offerId;
        string model;
        bytes32 weightsHash;
        bytes32 profileHash;
        uint96 inboundPrice;
        uint96 outboundPrice;
        uint32 maxContext;
        uint40 validUntil;
    }

    struct Allocation {
        address client;
        address executor;
        uint96 amount;
        uint256 nonce;
        uint40 deadline;
    }

    struct Unlock {
        address client;
        address executor;
        uint96 amount;
        uint256 nonce;
        uint40 deadline;
    }

    struct Withdrawal {
        address client;
        address to;
        uint256 amount;
        uint256 nonce;
        uint40 deadline;
    }

    struct SignerAuthorization {
        address principal;
        address signer;
        uint40 deadline;
        uint256 nonce;
    }

    struct ResponseAck {
        bytes32 requestHash;
        bytes32 responseHash;
    }

    struct DeliveryConcession {
        bytes32 id;
    }

    struct DeliveryConsent {
        address opener;
        bytes32 responseHash;
    }

    struct DisputeConsent {
        address challenger;
        bytes32 requestHash;
    }
}

contract TypeHashesTest is Court {
    /// I28: the hash of every signed type is that of the declared struct, by the compiler's own reading of it.
    function test_TypeHashesAreThoseOfTheDeclaredStructs() public pure {
        assertEq(Commitments.REQUEST_TYPEHASH, vm.eip712HashType("LlmRequestCommitment"), "request");
        assertEq(Commitments.RESPONSE_TYPEHASH, vm.eip712HashType("LlmResponseCommitment"), "response");
        assertEq(Commitments.OFFER_TYPEHASH, vm.eip712HashType("ModelOffer"), "offer");
        assertEq(Commitments.ALLOCATION_TYPEHASH, vm.eip712HashType("Allocation"), "allocation");
        assertEq(Commitments.UNLOCK_TYPEHASH, vm.eip712HashType("Unlock"), "unlock");
        assertEq(Commitments.WITHDRAWAL_TYPEHASH, vm.eip712HashType("Withdrawal"), "withdrawal");
        assertEq(Commitments.SIGNER_AUTHORIZATION_TYPEHASH, vm.eip712HashType("SignerAuthorization"), "signer");
        assertEq(Commitments.RESPONSE_ACK_TYPEHASH, vm.eip712HashType("ResponseAck"), "acknowledgement");
    }

    /// Their hashes are the contracts' own affair; the digests show them.
    function test_TheConsentsTypeHashesAreThoseOfTheDeclaredStructs() public {
        deployCourt();
        bytes32 requestHash = keccak256("a request");
        bytes32 structHash = keccak256(abi.encode(vm.eip712HashType("DisputeConsent"), stranger, requestHash));
        assertEq(evidence.hashConsent(stranger, requestHash), digestOf(structHash), "consent");
        DeliveryDisputes delivery = DeliveryDisputes(
            deploy("DeliveryDisputes.sol:DeliveryDisputes", abi.encode(accounting, 1))
        );
        structHash = keccak256(abi.encode(vm.eip712HashType("DeliveryConsent"), stranger, requestHash));
        assertEq(delivery.hashConsent(stranger, requestHash), digestOf(structHash), "consent to a delivery dispute");
    }
}
