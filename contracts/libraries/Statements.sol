// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {IAccountingV2} from "../escrow/IAccountingV2.sol";
import {CompactSignatures} from "./CompactSignatures.sol";

/// @title Statements: whether a party signed what is held against it or in its name
/// @dev For contracts that judge what was signed in AccountingV2's domain. Whose key counts for whom is AccountingV2's rule.
library Statements {
    using CompactSignatures for IAccountingV2.CompactSignature;

    error StatementWrongSigner(address principal, address recovered);

    /// @notice What was signed, in AccountingV2's domain.
    function digestOf(bytes32 domain, bytes32 structHash) internal pure returns (bytes32) {
        return MessageHashUtils.toTypedDataHash(domain, structHash);
    }

    /// @notice Refuses a digest that neither the principal signed nor a session signer of it that counts under a request with
    /// this deadline.
    function requireSigned(
        address accounting,
        address principal,
        uint40 deadline,
        bytes32 digest,
        IAccountingV2.CompactSignature calldata signature
    ) internal view {
        address signer = signature.recover(digest);
        bool counts = IAccountingV2(accounting).maySignFor(principal, signer, deadline);
        require(counts, StatementWrongSigner(principal, signer));
    }

    /// @notice Refuses a digest that the principal did not sign itself: no session signer makes offers.
    function requireSignedByItself(
        address principal,
        bytes32 digest,
        IAccountingV2.CompactSignature calldata signature
    ) internal pure {
        address signer = signature.recover(digest);
        require(signer == principal && signer != address(0), StatementWrongSigner(principal, signer));
    }
}
