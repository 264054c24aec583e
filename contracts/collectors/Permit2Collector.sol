// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IAccountingV2} from "../escrow/IAccountingV2.sol";
import {IPermit2Collector} from "./IPermit2Collector.sol";
import {ISignatureTransfer} from "./ISignatureTransfer.sol";

/// @title Permit2Collector
/// @dev Immutable: no owner, no pause, no proxy. It calls Permit2, the token and AccountingV2, which measures what arrives, and
/// keeps nothing: a call that another one interrupts finds nothing to take. On a chain without Permit2 every deposit reverts.
contract Permit2Collector is IPermit2Collector {
    using SafeERC20 for IERC20;

    /* CONSTANTS */

    ISignatureTransfer private constant PERMIT2 = ISignatureTransfer(0x000000000022D473030F116dDEE9F6B43aC78BA3);

    bytes32 private constant DEPOSIT_TYPEHASH = keccak256("LloomDeposit(address accounting,address client)");

    /// @dev The rest of Permit2's type after its own fields; types in the order of their names, as EIP-712 wants them.
    string private constant WITNESS_TYPE =
        "LloomDeposit witness)LloomDeposit(address accounting,address client)TokenPermissions(address token,uint256 amount)";

    /* IMMUTABLES */

    /// @inheritdoc IPermit2Collector
    address public immutable override accounting;
    /// @inheritdoc IPermit2Collector
    address public immutable override paymentToken;

    /* CONSTRUCTOR */

    /// @param accounting_ Whose token is collected.
    constructor(address accounting_) {
        require(accounting_ != address(0), Permit2CollectorZeroAddress());
        accounting = accounting_;
        paymentToken = IAccountingV2(accounting_).paymentToken();
    }

    /* ACTIONS */

    /// @inheritdoc IPermit2Collector
    function depositWithPermit2(address client, Payment calldata payment) external {
        uint256 amount = payment.amount;
        PERMIT2.permitWitnessTransferFrom(
            ISignatureTransfer.PermitTransferFrom({
                permitted: ISignatureTransfer.TokenPermissions({token: paymentToken, amount: amount}),
                nonce: payment.nonce,
                deadline: payment.deadline
            }),
            ISignatureTransfer.SignatureTransferDetails({to: address(this), requestedAmount: amount}),
            payment.payer,
            witnessOf(client),
            WITNESS_TYPE,
            payment.signature
        );
        IERC20(paymentToken).forceApprove(accounting, amount);
        IAccountingV2(accounting).depositFor(client, amount);
    }

    /* VIEWS */

    /// @inheritdoc IPermit2Collector
    function witnessOf(address client) public view returns (bytes32) {
        return keccak256(abi.encode(DEPOSIT_TYPEHASH, accounting, client));
    }
}
