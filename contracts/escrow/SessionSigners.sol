// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {CompactSignatures} from "../libraries/CompactSignatures.sol";
import {Books} from "./Books.sol";
import {IAccountingV2} from "./IAccountingV2.sol";

/// @title SessionSigners: whose key signs for whom
/// @dev Linked to AccountingV2, but for the rule that every settlement asks. Nothing here calls anybody.
library SessionSigners {
    using CompactSignatures for IAccountingV2.CompactSignature;

    /// @notice Lets `signer` sign for the caller.
    /// @param digest Of the `SignerAuthorization` by which the signer proves possession.
    function authorize(
        Books storage books,
        address signer,
        uint40 deadline,
        bytes32 digest,
        IAccountingV2.CompactSignature calldata possession
    ) external {
        _requireInTime(deadline);
        address principal = books.signers[signer].principal;
        require(principal == address(0), IAccountingV2.AccountingSignerTaken(signer, principal));
        address recovered = possession.recover(digest);
        bool possessed = recovered == signer && recovered != address(0);
        require(possessed, IAccountingV2.AccountingWrongSigner(signer, recovered));
        books.signers[signer].principal = msg.sender;
        emit IAccountingV2.SignerAuthorized(msg.sender, signer);
    }

    /// @notice Ends a signer of the caller at `thawEnd`.
    function revoke(Books storage books, address signer, uint256 thawEnd) external {
        IAccountingV2.SessionSigner storage session = books.signers[signer];
        require(session.principal == msg.sender, IAccountingV2.AccountingSignerNotAuthorized(signer, msg.sender));
        require(session.thawEnd == 0, IAccountingV2.AccountingSignerAlreadyRevoked(signer, session.thawEnd));
        session.thawEnd = uint40(thawEnd); // Fits for 34 000 years.
        emit IAccountingV2.SignerRevoked(msg.sender, signer, thawEnd);
    }

    /// @notice Uses up an order that a client or a session signer of it in force signed, for anyone to send.
    /// @dev Stricter than `maySignFor`: a revoked signer moves nothing, since no work hangs on it.
    /// @return signer Who signed.
    function useOrder(
        Books storage books,
        address client,
        uint256 nonce,
        uint40 deadline,
        bytes32 digest,
        IAccountingV2.CompactSignature calldata signature
    ) external returns (address signer) {
        _requireInTime(deadline);
        signer = signature.recover(digest);
        bool inForce = maySignFor(books, client, signer, type(uint40).max);
        require(inForce, IAccountingV2.AccountingWrongSigner(client, signer));
        require(!isUsed(books, client, nonce), IAccountingV2.AccountingNonceUsed(client, nonce));
        books.usedNonces[client][nonce >> 8] |= 1 << (nonce & 0xff);
    }

    /// @dev Rule and reasons: `SessionSigner`. Nobody signs for the zero address, which is the principal of no signer.
    function maySignFor(
        Books storage books,
        address principal,
        address signer,
        uint40 deadline
    ) internal view returns (bool) {
        if (signer == address(0) || principal == address(0)) return false;
        if (signer == principal) return true;
        IAccountingV2.SessionSigner memory session = books.signers[signer];
        return session.principal == principal && (session.thawEnd == 0 || deadline <= session.thawEnd);
    }

    /// @notice Whether the client's order with this nonce was carried out.
    function isUsed(Books storage books, address client, uint256 nonce) internal view returns (bool) {
        return books.usedNonces[client][nonce >> 8] & (1 << (nonce & 0xff)) != 0;
    }

    function _requireInTime(uint40 deadline) private view {
        require(block.timestamp <= deadline, IAccountingV2.AccountingDeadlinePassed(deadline, block.timestamp));
    }
}
